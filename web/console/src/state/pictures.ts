// SPDX-License-Identifier: Apache-2.0

import type { FileUse } from '../../../protocol/index.js';
import { MOST_BYTES, post } from '../../../transport/upload.js';
import { explain } from '../lib/faults.js';
import { theLink } from './line.js';
import { say } from './say.js';
import type { Talk } from './talk.js';

/// Pictures on their way from this desk into the thread or onto the stage. What arrived shows as a row or in the viewer, so an
/// entry lives until then, or until somebody has read why it failed.
export interface Sending {
  readonly id: number;
  readonly file: File;
  readonly use: FileUse;
  part: number;
  fault: string | null;
}

const AT_ONCE = 4;
let last = 0;

const words: Record<string, string> = {
  line: 'The connection broke.',
  busy: 'The server is busy. Try again in a moment.',
};

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

export async function send(talk: Talk, sending: Sending): Promise<void> {
  const conversation = talk.conversation.peek();
  const link = theLink();
  const { file, use } = sending;
  put(talk, sending, { part: 0, fault: null });
  if (conversation === null) return trouble(talk, sending, explain({ code: 'offline' }));
  if (file.type !== '' && !file.type.startsWith('image/')) return trouble(talk, sending, 'Pictures can be sent: JPEG, PNG, WebP, AVIF and HEIC.');
  if (file.size > MOST_BYTES) return trouble(talk, sending, 'A picture may have 40 MB.');
  try {
    const { url, ticket } = await link.request('file.ask', { name: file.name.slice(0, 100), type: file.type, bytes: file.size, use }, conversation.c);
    const sent = await post(url, ticket, file, (part) => put(talk, sending, { part }));
    if (sent.ok) discard(talk, sending);
    else trouble(talk, sending, words[sent.word] ?? (sent.detail || explain({})));
  } catch (fault) {
    trouble(talk, sending, explain(fault));
  }
}

export function sendAll(talk: Talk, files: Iterable<File>, use: FileUse): void {
  for (const file of [...files].slice(0, AT_ONCE)) {
    const sending = { id: ++last, file, use, part: 0, fault: null };
    talk.sendings.value = [...talk.sendings.peek(), sending];
    void send(talk, sending);
  }
}

/// The pictures of a paste or a drop; none where it was text.
export const picturesOf = (data: DataTransfer | null): File[] => [...(data?.files ?? [])].filter((f) => f.type.startsWith('image/'));
