// SPDX-License-Identifier: Apache-2.0

import { signal, type Signal } from '@preact/signals';
import type { FileUse } from '../../../protocol/index.js';
import { CLIP_MOST_BYTES, MOST_BYTES, post } from '../../../transport/upload.js';
import type { Cut } from '../lib/cut.js';
import { explain } from '../lib/faults.js';
import { sheet } from './layout.js';
import { theLink } from './line.js';
import { say } from './say.js';
import type { Talk } from './talk.js';

/// Pictures and clips on their way from this desk into the thread or onto the stage. What arrived shows as a row or in the
/// viewer, so an entry lives until then, or until somebody has read why it failed.
export interface Sending {
  readonly id: number;
  readonly file: File;
  readonly use: FileUse;
  /// Of a clip whose length is known.
  readonly cut: Cut | null;
  part: number;
  fault: string | null;
}

/// The clip whose part is being chosen.
export const cutting: Signal<{ talk: Talk; file: File; use: FileUse } | null> = signal(null);

const AT_ONCE = 4;
let last = 0;

const words: Record<string, string> = {
  line: 'The connection broke.',
  busy: 'The server is busy. Try again in a moment.',
};

export const isClip = (file: File): boolean => file.type.startsWith('video/');

function put(talk: Talk, sending: Sending, more: Partial<Sending>): void {
  Object.assign(sending, more);
  talk.sendings.value = [...talk.sendings.peek()];
}

export function discard(talk: Talk, sending: Sending): void {
  talk.sendings.value = talk.sendings.peek().filter((s) => s !== sending);
}

function trouble(talk: Talk, sending: Sending, text: string): void {
  put(talk, sending, { fault: text });
  say(`${sending.file.name} was not sent. ${text}`);
}

/// Why this file need not be tried.
function unfit(file: File): string | null {
  if (isClip(file)) return file.size > CLIP_MOST_BYTES ? 'A clip may have 100 MB. Film a shorter one, or at 1080p.' : null;
  if (file.type !== '' && !file.type.startsWith('image/')) return 'Pictures and clips can be sent: JPEG, PNG, WebP, AVIF and HEIC, MP4, MOV and WebM.';
  return file.size > MOST_BYTES ? 'A picture may have 40 MB.' : null;
}

const address = (url: string, cut: Cut | null): string => (cut === null ? url : `${url}?from=${cut.from.toFixed(1)}&to=${cut.to.toFixed(3)}`);

export async function send(talk: Talk, sending: Sending): Promise<void> {
  const conversation = talk.conversation.peek();
  const link = theLink();
  const { file, use, cut } = sending;
  const why = unfit(file);
  put(talk, sending, { part: 0, fault: null });
  if (conversation === null) return trouble(talk, sending, explain({ code: 'offline' }));
  if (why !== null) return trouble(talk, sending, why);
  try {
    const { url, ticket } = await link.request('file.ask', { name: file.name.slice(0, 100), type: file.type, bytes: file.size, use }, conversation.c);
    const sent = await post(address(url, cut), ticket, file, (part) => put(talk, sending, { part }));
    if (sent.ok) discard(talk, sending);
    else trouble(talk, sending, words[sent.word] ?? (sent.detail || explain({})));
  } catch (fault) {
    trouble(talk, sending, explain(fault));
  }
}

function begin(talk: Talk, file: File, use: FileUse, cut: Cut | null): void {
  const sending = { id: ++last, file, use, cut, part: 0, fault: null };
  talk.sendings.value = [...talk.sendings.peek(), sending];
  void send(talk, sending);
}

/// Pictures go at once. Of a clip a part is chosen first, so there is one at a time.
export function sendAll(talk: Talk, files: Iterable<File>, use: FileUse): void {
  const some = [...files].slice(0, AT_ONCE);
  const clips = some.filter((file) => isClip(file) && unfit(file) === null);
  for (const file of some) if (!clips.includes(file)) begin(talk, file, use, null);
  const clip = clips[0];
  if (clip === undefined) return;
  if (clips.length > 1) (use === 'chat' ? talk.fault : talk.stageFault).value = 'One clip at a time: choose the others after this one.';
  cutting.value = { talk, file: clip, use };
  sheet.value = 'cut';
}

export function sendCut(cut: Cut | null): void {
  const chosen = cutting.peek();
  sheet.value = null;
  if (chosen !== null) begin(chosen.talk, chosen.file, chosen.use, cut);
}

/// The pictures and clips of a paste or a drop; none where it was text.
export const picturesOf = (data: DataTransfer | null): File[] => [...(data?.files ?? [])].filter((f) => f.type.startsWith('image/') || isClip(f));
