// SPDX-License-Identifier: Apache-2.0

/// The camera page: a phone that scanned the code sends photos and clips as they are, one after the other, and sees what came of each.
import { adopt, clock, controls, el, icon, icons, sheet, tokens } from '../../ui/index.js';
import { keep, open } from './right.js';
import type { Refusal, Right } from './right.js';
import { isClip, send } from './send.js';
import { style } from './style.js';
import { has, locale, t } from './words.js';
import type { Key } from './words.js';

const app = document.getElementById('app')!;
const list = el('ol');
let queue: Promise<void> = Promise.resolve();

function say(text: string): void {
  document.getElementById('say')!.textContent = text;
}

/* It is over, or has not begun */

const wordsOf: Record<Refusal, [Key, Key]> = {
  none: ['none', 'noneText'], expired: ['expired', 'expiredText'], used: ['used', 'usedText'], offline: ['offline', 'offlineText'],
};

function over(why: Refusal): void {
  const [title, text] = wordsOf[why];
  for (const button of list.querySelectorAll('button')) button.hidden = true;
  app.replaceChildren(list.childElementCount ? list : '', el('div', { class: 'over' }, icon(why === 'offline' ? icons.close : icons.hourglass, 40),
    el('h1', { tabIndex: -1 }, t(title)), el('p', null, t(text)),
    why === 'offline' && el('button', { class: 'vt-button vt-main', type: 'button', onclick: () => void begin() }, t('again'))));
  app.querySelector('h1')!.focus();
}

/* One photo or clip */

const size = (bytes: number): string => new Intl.NumberFormat(navigator.language, { style: 'unit', unit: 'megabyte', maximumFractionDigits: bytes < 1e7 ? 1 : 0 }).format(Math.max(bytes / 1e6, 0.1));

/// The server's word, where one of a clip's has its own sentence.
function reason(word: string, file: File): string {
  const own = isClip(file) && has(`${word}-clip`) ? `${word}-clip` : word;
  return t(has(own) ? own as Key : 'busy');
}

/// A row of the list, from choosing to shown; a failed one keeps its file until it is sent.
function row(file: File, right: Right, changed: () => void): void {
  const shot = el('span', { class: 'shot' }, icon(isClip(file) ? icons.play : icons.picture, 28));
  const preview: HTMLElement = isClip(file) ? el('video', { muted: true, playsInline: true, preload: 'metadata' }) : el('img', { alt: '' });
  const what = el('p', { class: 'what' });
  const bar = el('progress', { max: 1, value: 0, 'aria-hidden': 'true' });
  const again = el('button', { class: 'vt-button', type: 'button', hidden: true, onclick: () => start() }, t('again'));
  const item = el('li', null, shot, what, bar, again);
  const url = URL.createObjectURL(file);
  preview.onload = preview.onloadeddata = () => { shot.replaceChildren(preview); URL.revokeObjectURL(url); };
  preview.onerror = () => URL.revokeObjectURL(url); // not every phone shows every kind itself
  preview.setAttribute('src', url);

  const as = (state: string, text: string): void => {
    item.className = state;
    what.textContent = text;
    bar.hidden = state !== 'sending';
    again.hidden = state !== 'failed';
  };

  async function run(): Promise<void> {
    const made = await send(file, right.key, (part) => {
      bar.value = part;
      as('sending', part < 1 ? t('sending', { size: size(file.size), n: Math.floor(part * 100) }) : t('checking'));
    });
    if (made.ok) {
      right.left = made.left;
      as('shown', '');
      what.append(icon(icons.check, 18), t('shown'));
      say(t('shown'));
    } else if (made.word === 'expired' || made.word === 'signature') {
      as('failed', t('expired'));
      again.hidden = true;
      right.until = 0;
    } else {
      const text = reason(made.word, file);
      as('failed', text);
      say(text);
    }
    keep(right);
    changed();
  }

  function start(): void {
    as('sending', t('sending', { size: size(file.size), n: 0 }));
    queue = queue.then(run);
  }

  list.prepend(item);
  start();
}

/* The page */

function ready(right: Right): void {
  const note = el('p');
  const label = el('span', null, t('take'));
  const pick = (accept: string, capture = true): HTMLInputElement => el('input', {
    type: 'file', accept, hidden: true, ...(capture ? { capture: 'environment' } : { multiple: true }),
    onchange: (e: Event) => {
      const input = e.target as HTMLInputElement;
      for (const file of input.files ?? []) row(file, right, draw);
      input.value = '';
      draw();
    },
  });
  const [take, film, choose] = [pick('image/*'), pick('video/*'), pick('image/*,video/*', false)];
  const main = el('button', { class: 'vt-button vt-main', type: 'button', onclick: () => take.click() }, icon(icons.camera, 26), label);
  const filming = el('button', { class: 'vt-button', type: 'button', title: t('filmHint'), onclick: () => film.click() }, icon(icons.play), t('film'));
  const second = el('button', { class: 'vt-button', type: 'button', onclick: () => choose.click() }, icon(icons.picture), t('choose'));
  const lead = el('p', { class: 'lead' }, t('lead'));

  function draw(): void {
    if (right.until <= Date.now()) return over('expired');
    lead.hidden = list.childElementCount > 0;
    label.textContent = t(list.childElementCount ? 'next' : 'take');
    main.disabled = filming.disabled = second.disabled = right.left === 0;
    note.textContent = t(right.left ? 'until' : 'last', { time: clock(right.until, navigator.language), n: right.left });
  }

  app.replaceChildren(
    el('header', null, el('p', { class: 'site', dir: 'auto' }, right.site), el('h1', null, t('title')), lead, el('p', { class: 'lead' }, t('filmHint'))),
    list, el('footer', null, main, filming, second, take, film, choose, note));
  draw();
  setTimeout(draw, right.until - Date.now() + 50);
}

async function begin(): Promise<void> {
  app.replaceChildren(el('div', { class: 'over' }, el('p', { role: 'status' }, t('opening'))));
  const right = await open();
  if (typeof right === 'string') over(right);
  else ready(right);
}

document.documentElement.lang = locale;
document.title = t('title');
adopt(document.body, sheet(tokens + controls + style));
void begin();
