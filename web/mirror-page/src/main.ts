// SPDX-License-Identifier: Apache-2.0

/// The mirror: the customer's page, drawn in a document of its own for the console that frames it. Nothing here has a login,
/// and nothing of what is drawn can run.
import { Drawn } from './drawn.js';
import { Fit } from './fit.js';
import { Hand } from './hand.js';
import { Pages } from './pages.js';
import { openPort } from './port.js';
import { style } from './style.js';
import { Walk } from './walk.js';
import type { ToPage } from './words.js';

const made = (name: string, into: HTMLElement): HTMLElement => {
  const node = document.createElement('div');
  node.className = name;
  into.append(node);
  return node;
};

const css = new CSSStyleSheet();
css.replaceSync(style);
document.adoptedStyleSheets = [css];

const stage = made('stage', document.getElementById('app')!);
const glass = made('glass', stage);
const scaled = made('scaled', made('clip', glass));
const over = made('over', glass);
const bar = made('bar', stage);
bar.append(document.createElement('i'));
bar.hidden = true;
// Out of sight, not out of the layout: what has no place cannot be scrolled.
glass.classList.add('empty');
over.tabIndex = 0;
over.setAttribute('role', 'application');
over.setAttribute('aria-label', 'The customer’s page. The arrow keys go from thing to thing, Enter does what the chosen tool does, Escape leads back.');

/// What was said of a picture that is still being made: the last of each kind holds when it is there.
let early = new Map<string, ToPage>();
const EARLY_MAX = 64;

const fit = new Fit(stage, glass, scaled, bar);
const send = openPort(heard);
const pages = new Pages(scaled, {
  shown: (page, size) => {
    if (size !== null) fit.size(size.width, size.height, 0);
    fit.scrolled(pages.player?.frame.contentWindow?.scrollY ?? 0);
    glass.classList.remove('empty');
    stage.classList.remove('stale');
    drawn.clear();
    walk.forget();
    // Into the picture no key leads; it is reached by the overlay.
    pages.player?.frame.setAttribute('tabindex', '-1');
    pages.player?.frame.setAttribute('title', 'The customer’s page');
    const words = early;
    early = new Map();
    for (const word of words.values()) heard(word);
    send({ t: 'shown', page });
  },
  lost: (why) => send({ t: 'lost', why }),
  want: (hashes) => send({ t: 'css', hashes }),
});
const walk = new Walk(() => pages.player);
const drawn = new Drawn(over, () => pages.player, () => fit.scale);
const hand = new Hand({ over, scale: () => fit.scale, way: () => fit.way, player: () => pages.player, page: () => pages.page, send }, drawn, walk);

function clear(): void {
  pages.clear();
  drawn.clear();
  walk.forget();
  early.clear();
  glass.classList.add('empty');
  bar.hidden = true;
}

/// A word about the page that is on its way waits for it; one about a page that is gone is nothing.
function isNow(word: ToPage & { page: number }): boolean {
  if (pages.coming === word.page && early.size < EARLY_MAX) early.set(`${word.t} ${'node' in word ? word.node : ''}`, word);
  return word.page === pages.page;
}

function heard(word: ToPage): void {
  switch (word.t) {
    case 'key': return pages.key(word.page, word.ops);
    case 'delta': return pages.delta(word.page, word.ops);
    case 'css': return pages.css(word.css);
    case 'size':
      if (!isNow(word)) return;
      pages.player?.size(word.width, word.height);
      return fit.size(word.width, word.height, word.docHeight);
    case 'scroll':
      if (!isNow(word)) return;
      pages.player?.scroll(word.node, word.x, word.y);
      if (word.node === 0) fit.scrolled(word.y);
      return drawn.wake();
    case 'pointer': return word.page === pages.page ? drawn.point(word.node, word.x, word.y, word.kind) : undefined;
    case 'stale': return void stage.classList.toggle('stale', word.on);
    case 'tool': return hand.use(word.tool, word.canScroll);
    case 'step': return hand.scroll(word.by);
    case 'clear': return clear();
  }
}

send({ t: 'ready' });
