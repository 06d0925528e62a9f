// SPDX-License-Identifier: Apache-2.0

/// Runs in the page: two viewers of one view, joined by the server's rules (one driver, held 400 ms after the last gesture;
/// the owner numbers motion; the last part of a stroke makes a mark). It stands in for the line only: the viewers are real.
export function pairUp(createViewer, src, lag = 15) {
  const names = { c: 'Nora', a1: 'Camille' };
  const log = { drive: [], motion: { c: 0, a1: 0 }, said: { c: [], a1: [] }, sent: { c: 0, a1: 0 } };
  const later = (f) => setTimeout(f, lag);
  const items = ['one', 'two', 'bad', 'four'].map((media, i) => ({ slot: i + 1, media, title: i === 0 ? 'Halo ring' : undefined }));
  let state = { seq: 1, driver: 'a1', items, active: 1, mode: 'image', rect: [0, 0, 1, 1], marks: [] };
  let heldAt = -Infinity, nextMark = 0;
  const strokes = new Map();
  const viewers = {};
  const others = (who, f) => later(() => Object.keys(viewers).filter((w) => w !== who).forEach((w) => f(viewers[w])));
  const all = (f) => later(() => Object.values(viewers).forEach(f));
  const change = (p) => { state = { ...state, ...p, seq: state.seq + 1 }; const patch = { ...p, seq: state.seq }; all((v) => v.patch(patch)); };
  const refuse = (who) => later(() => viewers[who].apply(structuredClone(state)));

  const wish = (who) => {
    const count = (f) => (d) => later(() => { log.sent[who]++; f(structuredClone(d)); });
    return {
      set: count((p) => (state.driver === who ? change(p) : refuse(who))),
      motion: count(({ slot, cx, cy, scale, edge }) => {
        log.motion[who]++;
        if (state.driver !== who || slot !== state.active) return;
        heldAt = performance.now();
        state = { ...state, seq: state.seq + 1, rect: [cx - 0.5 / scale, cy - 0.5 / scale, 1 / scale, 1 / scale] };
        const m = { seq: state.seq, slot, cx, cy, scale };
        others(who, (v) => v.motion(m));
        if (edge) change({ rect: state.rect });
      }),
      pointer: count((p) => others(who, (v) => v.pointer(who, p))),
      draw: count((d) => {
        const key = `${who}${d.stroke}`;
        const points = [...(strokes.get(key) ?? []), ...d.points];
        strokes.set(key, points);
        others(who, (v) => v.stroke(who, structuredClone(d)));
        if (!d.last) return;
        strokes.delete(key);
        const mark = { mark: ++nextMark, slot: d.slot, by: who, kind: d.kind, colour: d.colour, points };
        state.marks = [...state.marks, mark];
        all((v) => v.mark(mark));
      }),
      dropMarks: count((ids) => { state.marks = state.marks.filter((m) => !ids.includes(m.mark)); all((v) => v.dropMarks(ids)); }),
      drive: count((take) => {
        const held = state.driver !== who && performance.now() - heldAt < 400;
        log.drive.push([who, take, held ? 'refused' : 'ok']);
        if (held) refuse(who);
        else change({ driver: take ? who : '' });
      }),
      item: count(({ drop }) => {
        const left = state.items.filter((i) => i.slot !== drop);
        change({ items: left, active: state.active === drop ? left[0].slot : state.active });
      }),
      close: count(() => all((v) => v.apply(null))),
    };
  };
  for (const who of ['c', 'a1']) {
    const root = document.getElementById(who);
    viewers[who] = createViewer({ root, src, me: who, names: (w) => names[w] ?? w, wish: wish(who), locale: 'en' });
    viewers[who].narrate = (text) => log.said[who].push(text);
    viewers[who].apply(structuredClone(state));
  }
  return { viewers, log, state: () => state, find: (who, css) => document.querySelector(`#${who} > div`).shadowRoot.querySelector(css) };
}
