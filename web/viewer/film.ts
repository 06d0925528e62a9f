// SPDX-License-Identifier: Apache-2.0

import * as icons from '../ui/icons.js';
import { el, i18n, icon, sheet } from '../ui/index.js';
import { placeOf, speedOf, type Played } from './film-time.js';
import { filmStyles } from './film-styles.js';
import { filmWords } from './film-words.js';
import type { Filming } from './kit.js';

/// A film seen together: everybody plays from a place since a server time (`film.play`), so nothing is sent while it plays. This
/// file keeps the player there, by small changes of speed or a seek, and turns buttons and keys into wishes.

const TICK_MS = 200;
const SEEK_MS = 1000;
const SEND_MS = 200;
const AGAIN_MS = 1000;
const STEP = 1;
const STILL = 0.05;

let looks: CSSStyleSheet | undefined;

export const filming: Filming = (core) => {
  const { o, root, stage, sync, wake } = core;
  const t = i18n(filmWords, o.strings);
  const calm = matchMedia('(prefers-reduced-motion:reduce)');
  const video = el('video', { muted: true, playsInline: true, preload: 'auto', tabIndex: -1 });
  let seconds = 0;
  let slot = 0;
  let film = ''; // whose bytes the player has, and where they are
  let address = '';
  /* What film.play said last of this slot; what it said of the one before is not for this. */
  let played: Played | null = null;
  let former: number | undefined;
  let isHeld = false; // until a person here presses play: with reduced motion, or where the browser wants it
  let speed: number | undefined;
  let soughtAt = -Infinity;
  let lag = 0; // what a seek takes
  let wanted: number | null = null; // the place to be at once a reload has come
  let own: number | null = null; // under the local hand
  let sentAt = 0;
  let turn = 0;
  let again: ReturnType<typeof setTimeout> | undefined;
  let tick: ReturnType<typeof setInterval> | undefined;

  const now = (): number => o.wish.clock?.() ?? Date.now();
  const place = (): number => (played ? placeOf(played, now(), seconds) : 0);
  const isOver = (): boolean => !!played && !played.paused && place() >= seconds;
  const runs = (): boolean => !!played && !played.paused && !isOver();
  /* What came while it was made cannot be sought in. */
  const canSeek = (): boolean => video.seekable.length > 0 && video.seekable.end(0) > seconds - 0.5;

  /* the player */

  function seek(to: number): void {
    soughtAt = performance.now();
    wanted = null;
    if (canSeek()) video.currentTime = to;
    else { // it is asked for anew, by another name, as browsers keep what they have
      wanted = to;
      video.src = `${address}&n=${turn}`;
    }
  }

  function retry(): void {
    clearTimeout(again);
    again = setTimeout(() => seek(place()), AGAIN_MS * ++turn);
  }

  function start(): void {
    video.play().catch((e: DOMException) => {
      if (e.name !== 'NotAllowedError') return;
      isHeld = true;
      wake();
    });
  }

  function keep(): void {
    const goes = runs() && !isHeld;
    if (!goes) video.pause();
    else if (video.paused) start();
    if (video.seeking || !video.readyState || wanted !== null || goes !== runs()) return;
    const at = place();
    const drift = video.currentTime - at;
    const next = goes ? speedOf(drift, played!.rate, speed, canSeek()) : Math.abs(drift) < STILL ? 1 : undefined;
    if (next !== undefined) video.playbackRate = speed = next;
    else if (performance.now() - soughtAt > SEEK_MS) seek(at + (goes ? lag : 0));
  }

  video.onseeked = () => { if (runs()) lag = Math.min(1, (performance.now() - soughtAt) / 1000); };
  video.onloadedmetadata = () => {
    if (wanted === null) return;
    if (canSeek()) seek(wanted);
    else retry();
  };
  video.onerror = () => { // a film that broke off is made again when it is asked for
    if (film) retry();
    wake();
  };

  /* the local hand */

  const send = (p: { t: number; paused: boolean }): void => sync.act(() => o.wish.play?.({ slot: core.slot(), rate: 1, ...p }));

  function press(): void {
    const joins = runs() && isHeld;
    isHeld = false;
    if (!joins) send({ t: !played || isOver() ? 0 : place(), paused: runs() });
    wake();
  }

  function go(to: number, last: boolean): void {
    own = Math.max(0, Math.min(seconds, to));
    if (last || Date.now() > sentAt + SEND_MS) {
      sentAt = Date.now();
      send({ t: own, paused: !runs() });
    }
    if (last) own = null;
    wake();
  }

  const button = (onclick: () => void): HTMLButtonElement => el('button', { type: 'button', class: 'vt-icon', onclick }, icon(''));
  const player = button(press);
  const sound = button(() => {
    video.muted = !video.muted;
    wake();
  });
  const range = el('input', { type: 'range', min: '0', step: '0.1', 'aria-label': t('film.place'),
    oninput: () => go(range.valueAsNumber, false), onchange: () => go(range.valueAsNumber, true) });
  const clock = el('span');
  const bar = el('div', { class: 'film', role: 'group', 'aria-label': t('film.bar') }, player, range, clock, sound);
  const word = el('span');
  const begin = el('button', { type: 'button', class: 'begin float', onclick: press }, icon(icons.play, 28), word);

  function key(e: KeyboardEvent): void {
    if (e.ctrlKey || e.metaKey || e.altKey || bar.hidden || (e.target as Element).localName === 'input') return;
    const by = e.key === ',' ? -STEP : e.key === '.' ? STEP : 0;
    const act = e.key === 'k' || (e.key === ' ' && e.target === stage) ? press : by && (() => go(place() + by, true));
    if (!act) return;
    e.preventDefault();
    e.stopPropagation();
    act();
  }

  /* paint */

  function label(node: HTMLElement, text: string, path: string): void {
    if (node.title === text) return;
    node.title = text;
    node.setAttribute('aria-label', text);
    node.querySelector('path')!.setAttribute('d', path);
  }

  /// What film.play has said meanwhile.
  function hear(): void {
    const { at, rate = 1, paused = true, t: from = 0, driver = '' } = sync.view ?? {};
    if (at === played?.at || at === former) return;
    played = at === undefined ? null : { at, rate, paused, t: from };
    soughtAt = -Infinity;
    if (played && driver !== o.me) core.say(t(paused ? 'film.stops' : 'film.plays', { name: o.names(driver), at: Math.round(from) }));
  }

  function show(): void {
    const { items = [], mode, at } = sync.view ?? {};
    const item = items.find((i) => i.slot === core.slot());
    if (core.slot() !== slot) {
      if (slot && at === played?.at) former = at;
      slot = core.slot();
      played = null;
      own = null;
      isHeld = calm.matches;
    }
    const { seconds: all = 0, sound: sounds = false } = item?.film ?? {};
    const [id = '', grant = ''] = (item?.film && item.media.split('?')) || [];
    seconds = all;
    if (id !== film) {
      film = id;
      video.src = address = id && `${o.iiif!.replace('iiif/3/', 'v/')}${id}.mp4?${grant}`;
      wanted = null;
      turn = 0;
      clearTimeout(again);
    }
    if (mode === 'film') hear();
    else played = null;
    root.classList.toggle('filming', !!all);
    video.hidden = !all || !played;
    const may = !!all && !!o.wish.play;
    const waits = runs() && isHeld;
    const says = t(waits ? 'film.join' : 'film.play');
    bar.hidden = !may;
    sound.hidden = !sounds;
    begin.hidden = !waits && (!may || !(!played || isOver()));
    if (word.textContent !== says) word.textContent = says;
    if (runs() && !waits) label(player, t('film.stop'), icons.pause);
    else label(player, says, icons.play);
    sound.setAttribute('aria-pressed', String(!video.muted));
    const here = own ?? place();
    range.max = String(all);
    if (own === null) range.value = String(here);
    clock.textContent = t(video.error ? 'film.failed' : 'film.at', { at: Math.round(here), all: Math.round(all) });
    range.setAttribute('aria-valuetext', clock.textContent);
  }

  label(sound, t('film.sound'), icons.sound);
  core.shadow.adoptedStyleSheets.push((looks ??= sheet(filmStyles)));
  core.holder.append(video);
  stage.after(begin, bar);
  root.addEventListener('keydown', key, true); // before the tools

  return {
    painted() {
      show();
      if (seconds) keep();
      clearInterval(tick);
      if (runs() && seconds) tick = setInterval(wake, TICK_MS);
    },
    stop() {
      clearInterval(tick);
      clearTimeout(again);
      root.removeEventListener('keydown', key, true);
      video.removeAttribute('src');
      video.load();
      video.remove();
      bar.remove();
      begin.remove();
    },
  };
};
