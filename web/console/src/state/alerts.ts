// SPDX-License-Identifier: Apache-2.0

import { effect, signal } from '@preact/signals';

/// How the console calls somebody back to it: a short tone of its own, the tab's mark, a notification of the system where one
/// was asked for by a press. What was chosen is remembered on this machine.

function remembered(key: string, otherwise: boolean): ReturnType<typeof signal<boolean>> {
  let first = otherwise;
  try {
    first = (localStorage.getItem(key) ?? String(otherwise)) === 'true';
  } catch {
    // A browser that forbids storage: chosen anew each time.
  }
  const chosen = signal(first);
  effect(() => {
    const now = String(chosen.value);
    try { localStorage.setItem(key, now); } catch { /* as above */ }
  });
  return chosen;
}

export const sound = remembered('vitrine.sound', true);
export const notices = remembered('vitrine.notices', false);

let audio: AudioContext | null = null;

/// Two soft notes, a third of a second in all.
function tone(out: AudioContext, hz: number, at: number): void {
  const note = out.createOscillator();
  const level = out.createGain();
  note.frequency.value = hz;
  level.gain.setValueAtTime(0.0001, at);
  level.gain.exponentialRampToValueAtTime(0.12, at + 0.02);
  level.gain.exponentialRampToValueAtTime(0.0001, at + 0.24);
  note.connect(level).connect(out.destination);
  note.start(at);
  note.stop(at + 0.26);
}

/// Before the first press in the page a browser lets nothing be heard; it says so by a state that stays suspended.
export function chime(high = true): void {
  if (sound.peek() !== true || typeof AudioContext === 'undefined') return;
  audio ??= new AudioContext();
  void audio.resume();
  tone(audio, high ? 660 : 440, audio.currentTime);
  tone(audio, high ? 880 : 550, audio.currentTime + 0.12);
}

export const canNotify = (): boolean => typeof Notification !== 'undefined';

/// Asks for leave; only ever called from a press.
export async function wantNotices(on: boolean): Promise<void> {
  notices.value = on && canNotify() && (await Notification.requestPermission()) === 'granted';
}

/// Only where nobody looks: who has the page in front sees the card.
export function notify(title: string, body: string, tag: string, press: () => void): void {
  if (notices.peek() !== true || !canNotify() || Notification.permission !== 'granted' || document.hasFocus()) return;
  const shown = new Notification(title, { body, tag });
  shown.onclick = () => {
    window.focus();
    press();
    shown.close();
  };
}

const mark = (fill: string): string => `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M4 6h24v20H4z" fill="none" stroke="#808080" stroke-width="3"/>${fill}</svg>`)}`;
const quiet = mark('');
const calling = mark('<circle cx="23" cy="9" r="9" fill="#b3261e"/>');

/// The tab's picture: a dot while something wants this person.
export function favicon(wanted: boolean): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  const href = wanted ? calling : quiet;
  if (link !== null && link.href !== href) link.href = href;
}
