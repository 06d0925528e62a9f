// SPDX-License-Identifier: Apache-2.0
import { i18n } from '../../ui/i18n.js';
import type { Translate } from '../../ui/i18n.js';
import ar from '../locales/ar.json';
import de from '../locales/de.json';
import english from '../locales/en.json';
import fr from '../locales/fr.json';

/// What the page says. The mails share some of it: server/letters reads these files, too.

export type Key = keyof typeof english;

const others: Record<string, Record<Key, string>> = { ar, de, fr };

/// Before the recap is there the reader's own browser says which; then the language the session was held in.
export let t: Translate<Key>;
/// For dates and prices.
export let locale: string;

export function speak(lang: string): void {
  const base = lang.split('-')[0]!;
  const over = others[base];
  t = i18n<Key>(english, over);
  // The reader's own region where it is the same language; in the digits of the mail and of the reference.
  const { language } = navigator;
  const region = language.split('-')[0] === base ? language : lang;
  try { locale = new Intl.Locale(over || base === 'en' ? region : 'en', { numberingSystem: 'latn' }).toString(); } catch { locale = 'en'; }
  document.documentElement.lang = over ? base : 'en';
  document.documentElement.dir = over === ar ? 'rtl' : 'ltr';
  document.title = t('title');
}

export const has = (key: string): key is Key => Object.hasOwn(english, key);
export const day = (ts: number): string => new Intl.DateTimeFormat(locale, { dateStyle: 'long' }).format(ts);
