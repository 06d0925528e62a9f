// SPDX-License-Identifier: Apache-2.0

/// Where the last line of a note's mail leads: one button ends all of them. Its secret is the fragment of the address, and works once;
/// a page and not the link itself, since what looks through mails for their readers follows links.
import { adopt, controls, el, sheet, tokens } from '../../../ui/index.js';
import { style } from '../../src/style.js';
import { lang, t } from './words.js';
import type { Key } from './words.js';

const app = document.getElementById('app')!;
const title = el('h1', { tabIndex: -1 }, t('title'));
const text = el('p', { role: 'status' }, t('ask'));
const stop = el('button', { class: 'vt-button vt-main', type: 'button', onclick: () => void press() }, t('stop'));

function say(key: Key, isOver: boolean, site?: string): void {
  text.textContent = t(key, site);
  stop.disabled = false;
  if (!isOver) return;
  stop.remove();
  title.focus();
}

async function press(): Promise<void> {
  stop.disabled = true;
  try {
    const answer = await fetch('/w/stop', { method: 'POST', body: location.hash.slice(1), cache: 'no-store' });
    if (answer.ok) say('done', true, (await answer.json() as { site: string }).site);
    else say(answer.status === 404 ? 'over' : 'offline', answer.status === 404);
  } catch {
    say('offline', false);
  }
}

document.title = t('title');
document.documentElement.lang = lang;
document.documentElement.dir = lang === 'ar' ? 'rtl' : 'ltr';
adopt(document.body, sheet(tokens + controls + style));
app.append(el('div', { class: 'over' }, title, text, stop));
if (location.hash.length < 2) say('over', true);
