// SPDX-License-Identifier: Apache-2.0
import { adopt, sheet } from '../../ui/sheet.js';
import { createViewer } from '../../viewer/index.js';
import type { Person } from '../../protocol/index.js';
import type { Conversation } from '../../transport/index.js';

export interface LookOptions {
  locale: string;
  say(text: string): void;
  picture(media: string, width: number): string;
  /// What a guest knows somebody as.
  called(person: Person): string;
  strings: Record<string, string>;
}

/// A guest follows and points: what moves the picture or draws on it is not theirs, so it is not shown.
const bare = '.tools,.strip,.pens,.shut,.edge,.turn,.chip button{display:none!important}.stage{cursor:crosshair}';
const STEP = 0.02;
const TOUCH = 1;
const MOVE = 0;
const GONE = 3;

/// Puts the shared view into `at` until it is closed; the pointer goes to everybody.
export function lookAlong(at: HTMLElement, conv: Conversation, o: LookOptions): void {
  const none = (): void => undefined;
  const wish = Object.assign(Object.create(conv.viewer) as typeof conv.viewer,
    { motion: none, set: none, drive: none, draw: none, dropMarks: none, item: none, close: none, compare: none, play: undefined });
  const viewer = createViewer({
    root: at, me: conv.me, wish, locale: o.locale, strings: o.strings, src: o.picture, iiif: '/iiif/3/', names: (who) => {
      const person = conv.people.get(who);
      return person ? o.called(person) : '';
    },
  });
  const host = at.lastElementChild as HTMLElement;
  const shadow = host.shadowRoot!;
  const undo = [
    adopt(shadow.firstElementChild!, sheet(bare)),
    ...pointing(host, shadow, conv),
    conv.on('view', (view) => { if (view) viewer.apply(view); else end(); }),
    conv.on('view.patch', (p) => viewer.patch(p)),
    conv.on('motion', (m) => viewer.motion(m)),
    conv.on('pointer', ({ who, ...p }) => viewer.pointer(who, p)),
    conv.on('stroke', ({ who, ...d }) => viewer.stroke(who, d)),
    conv.on('mark', (m) => viewer.mark(m)),
    conv.on('marks.drop', (ids) => viewer.dropMarks(ids)),
    conv.on('people', () => { for (const [who, p] of conv.people) if (p.at === 'gone') viewer.gone(who); }),
  ];
  function end(): void {
    for (const f of undo.splice(0)) f();
    viewer.destroy();
  }
  viewer.narrate = o.say;
  viewer.apply(conv.view);
}

/// Takes the stage's pointer and arrow keys before the viewer does, and sends them as places of the medium.
function pointing(host: HTMLElement, shadow: ShadowRoot, conv: Conversation): (() => void)[] {
  const place = { x: 0.5, y: 0.5 };
  const isStage = (e: Event): boolean => e.composedPath().some((n) => (n as Element).classList?.contains('stage'));
  const send = (kind: number, edge: boolean): void => {
    const slot = conv.view?.active;
    if (slot) conv.viewer.pointer({ slot, ...place, kind: kind as 0, buttons: 0, edge });
  };
  const onPointer = (e: PointerEvent): void => {
    if (!isStage(e)) return;
    e.stopPropagation();
    const box = shadow.querySelector('.holder')!.getBoundingClientRect();
    const [x, y] = [(e.clientX - box.left) / box.width, (e.clientY - box.top) / box.height];
    const isOff = x < 0 || y < 0 || x > 1 || y > 1 || /leave|cancel/.test(e.type);
    if (!isOff) Object.assign(place, { x, y });
    send(isOff ? GONE : e.pointerType === 'mouse' ? MOVE : TOUCH, isOff || e.type !== 'pointermove');
  };
  const onKey = (e: KeyboardEvent): void => {
    if (!isStage(e)) return;
    const by = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[e.key];
    if (e.key !== 'Tab') e.stopPropagation();
    if (!by) return;
    e.preventDefault();
    place.x = Math.min(1, Math.max(0, place.x + by[0]!));
    place.y = Math.min(1, Math.max(0, place.y + by[1]!));
    send(MOVE, true);
  };
  const stop = (e: Event): void => { if (isStage(e)) e.stopPropagation(); };
  const on = (name: string, fn: (e: never) => void): (() => void) => {
    host.addEventListener(name, fn as EventListener, { capture: true });
    return () => host.removeEventListener(name, fn as EventListener, { capture: true });
  };
  return [...['pointerdown', 'pointermove', 'pointerup', 'pointercancel', 'pointerleave'].map((name) => on(name, onPointer)), on('keydown', onKey),
    on('wheel', stop), on('dblclick', stop), on('touchstart', stop)];
}
