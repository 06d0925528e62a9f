// SPDX-License-Identifier: Apache-2.0

const QUIET_MS = 300;

/// Calls when the page's address has changed without a new document, 300 ms after the last change. Returns its undo, which
/// leaves `history` as found unless somebody else has patched it since.
export function onRoute(fn: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let href = location.href;
  const look = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (location.href.split('#')[0] === href.split('#')[0]) return;
      href = location.href;
      fn();
    }, QUIET_MS);
  };
  const nav = (window as { navigation?: EventTarget }).navigation;
  const target: EventTarget = nav ?? window;
  const name = nav ? 'navigatesuccess' : 'popstate';
  target.addEventListener(name, look);
  const undo = nav ? () => undefined : patch(look);
  return () => {
    clearTimeout(timer);
    target.removeEventListener(name, look);
    undo();
  };
}

function patch(look: () => void): () => void {
  const undo = (['pushState', 'replaceState'] as const).map((name) => {
    const was = history[name];
    const ours: typeof was = function (this: History, ...args) {
      was.apply(this, args);
      look();
    };
    history[name] = ours;
    return () => { if (history[name] === ours) history[name] = was; };
  });
  return () => undo.forEach((f) => f());
}
