// SPDX-License-Identifier: Apache-2.0

/// The recap page: what was looked at, exactly as it was, with its price then, and what was said. Reads only.
import { adopt, controls, el, money, sheet, tokens } from '../../ui/index.js';
import { open } from './open.js';
import type { Line, Piece, Recap, Refusal } from './open.js';
import { style } from './style.js';
import { day, has, locale, speak, t } from './words.js';
import type { Key } from './words.js';

const app = document.getElementById('app')!;

function show(...nodes: Node[]): void {
  app.replaceChildren(...nodes);
  app.querySelector('h1')?.focus();
}

function refuse(why: Refusal): void {
  const text: Record<Refusal, Key> = { none: 'noneText', over: 'overText', offline: 'offlineText' };
  show(el('div', { class: 'over' }, el('h1', { tabIndex: -1 }, t(why)), el('p', null, t(text[why])),
    why === 'offline' && el('button', { class: 'vt-button vt-main', type: 'button', onclick: () => void begin() }, t('again'))));
}

/// A price the currency of which this browser does not know is shown as it came.
function priceOf({ price, currency }: Piece): string {
  try { return money(price!, currency!, locale); } catch { return `${price!} ${currency ?? ''}`; }
}

function piece(it: Piece, date: string): HTMLElement {
  const title = it.title || t('film');
  const film = it.film ? el('video', { controls: true, playsInline: true, preload: 'none', poster: it.picture, src: it.film, 'aria-label': title }) : null;
  const picture = it.picture && !film ? el('img', { alt: it.title, width: 1080, height: 1080, decoding: 'async' }) : null;
  const unseen = el('p', { class: 'unseen' }, t('unseen'));
  if (picture) {
    picture.onerror = () => picture.replaceWith(unseen);
    picture.src = it.picture!;
  }
  const name = el('b', { dir: 'auto' }, title);
  return el('li', null, el('figure', null, film ?? picture ?? unseen, el('figcaption', null,
    it.url ? el('a', { href: it.url, rel: 'noreferrer', title: t('see') }, name) : name,
    el('p', { class: 'price' }, it.price ? t('on', { price: priceOf(it), date }) : ''))));
}

function line(it: Line): HTMLElement {
  const kind = it.kind === 'text' || !has(it.kind) ? '' : t(it.kind);
  return el('div', null, el('dt', { dir: 'auto' }, it.by ?? t('you')),
    el('dd', { dir: 'auto' }, kind && el('i', null, kind), kind && it.text ? ' ' : '', it.text ?? ''));
}

function draw(recap: Recap): void {
  if (recap.lang) speak(recap.lang);
  const date = day(recap.at);
  const root = document.documentElement.style;
  if (recap.accent) root.setProperty('--vitrine-accent', recap.accent);
  if (recap.onAccent) root.setProperty('--vitrine-on-accent', recap.onAccent);
  document.title = `${t('title')} · ${recap.site}`;
  show(
    el('header', null, el('p', { dir: 'auto' }, recap.site), el('h1', { tabIndex: -1 }, t('title')),
      el('p', null, t('with', { date, name: recap.associate, reference: recap.reference }))),
    el('ol', null, ...recap.pieces.map((it) => piece(it, date))),
    el('section', { hidden: recap.lines.length === 0 }, el('h2', null, t('said')), el('dl', null, ...recap.lines.map(line))),
    el('footer', null,
      el('button', { class: 'vt-button vt-main', type: 'button', onclick: () => print() }, t('print')),
      recap.shop && el('a', { class: 'vt-button', href: recap.shop, rel: 'noreferrer' }, t('shop')),
      el('p', { class: 'until' }, t('until', { date: day(recap.until) })), el('p', { class: 'print' }, recap.shop)));
}

async function begin(): Promise<void> {
  show(el('div', { class: 'over' }, el('p', { role: 'status' }, t('opening'))));
  const recap = await open();
  if (typeof recap === 'string') refuse(recap);
  else draw(recap);
}

speak(navigator.language);
adopt(document.body, sheet(tokens + controls + style));
addEventListener('hashchange', () => void begin());
void begin();
