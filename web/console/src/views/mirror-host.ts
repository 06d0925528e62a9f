// SPDX-License-Identifier: Apache-2.0

import { Watching, type Conversation, type Seen } from '../../../transport/index.js';
import type { Box, Field, FromPage, ToPage, Tool } from '../../../mirror-page/src/words.js';
import { mirrorCss } from '../api.js';
import { theLink } from '../state/line.js';
import { mirrorAt } from '../state/mirror.js';

/// Puts the mirror page into a frame and wires it to the conversation: what comes over the line goes in, what the hand meant
/// comes out. One listener, exact origins both ways. Style texts are fetched here, with the login the mirror page has not.

export interface Filling { page: number; node: number; label: string; field: Field; box: Box }

export interface Hearing {
  shown(): void;
  stale(): void;
  click(at: { page: number; node: number; x: number; y: number; label: string }): void;
  fill(what: Filling): void;
  scroll(at: { page: number; node: number; y: number }): void;
  mark(what: { page: number; node: number; label: string; points?: number[] }): void;
  said(text: string): void;
  escape(): void;
}

export interface MirrorHost {
  tool(tool: Tool, canScroll: boolean): void;
  scroll(by: number): void;
  destroy(): void;
}

const TRIES = 6;
const TRY_MS = 400;
const HELD_MAX = 256;

export function hostMirror(frame: HTMLIFrameElement, site: string, conversation: Conversation, hear: Hearing): MirrorHost {
  const origin = mirrorAt.peek();
  const texts = new Map<string, Promise<string | null>>();
  let isReady = false;
  let waiting: ToPage[] = [];
  let isOver = false;

  const send = (word: ToPage): void => {
    if (isReady) frame.contentWindow?.postMessage(word, origin);
    else waiting.push(word);
  };

  /// The customer's browser may still be bringing it up.
  const text = async (hash: string): Promise<string | null> => {
    for (let i = 0; i < TRIES && !isOver; i++) {
      const css = await mirrorCss(hash);
      if (css !== null) return css;
      await new Promise((done) => setTimeout(done, TRY_MS));
    }
    texts.delete(hash);
    return null;
  };

  const bring = (hashes: readonly string[]): void => {
    for (const hash of hashes) {
      const known = texts.get(hash);
      const coming = known ?? text(hash);
      if (texts.size >= HELD_MAX) texts.clear();
      if (known === undefined) texts.set(hash, coming);
      void coming.then((css) => { if (!isOver) send({ t: 'css', css: { [hash]: css } }); });
    }
  };

  const seen: Seen = {
    key: (page, ops, sheets) => { bring(sheets); send({ t: 'key', page, ops }); },
    delta: (page, ops) => send({ t: 'delta', page, ops }),
    scroll: (at) => send({ t: 'scroll', ...at }),
    size: (now) => send({ t: 'size', ...now }),
    pointer: (at) => send({ t: 'pointer', ...at }),
    stale: () => { send({ t: 'stale', on: true }); hear.stale(); },
  };
  const watching = new Watching(conversation, () => theLink().channels(), seen);

  function heard(word: FromPage): void {
    switch (word.t) {
      case 'ready': {
        isReady = true;
        const words = waiting;
        waiting = [];
        for (const one of words) send(one);
        return;
      }
      case 'css': return bring(word.hashes.filter((hash) => /^[0-9a-f]{64}$/.test(hash)).slice(0, 64));
      case 'shown': return hear.shown();
      case 'lost': return watching.need(word.why);
      case 'laser': return watching.point(word);
      case 'mark': return hear.mark(word);
      case 'click': return hear.click(word);
      case 'fill': return hear.fill(word);
      case 'scroll': return hear.scroll(word);
      case 'at': return hear.said(word.text);
      case 'escape': return hear.escape();
    }
  }

  const listen = (e: MessageEvent<unknown>): void => {
    if (e.origin !== origin || e.source !== frame.contentWindow) return;
    heard(e.data as FromPage);
  };
  window.addEventListener('message', listen);
  frame.src = `${origin}/mirror/?${new URLSearchParams({ site, ...(origin === location.origin ? {} : { console: location.origin }) }).toString()}`;

  return {
    tool: (tool, canScroll) => send({ t: 'tool', tool, canScroll }),
    scroll: (by) => send({ t: 'step', by }),
    destroy: () => {
      isOver = true;
      window.removeEventListener('message', listen);
      watching.end();
    },
  };
}
