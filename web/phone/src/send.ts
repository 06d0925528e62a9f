// SPDX-License-Identifier: Apache-2.0
import { CLIP_MOST_BYTES, MOST_BYTES, post } from '../../transport/upload.js';
import type { Sent } from '../../transport/upload.js';

export const isClip = (file: File): boolean => file.type.startsWith('video/');

/// One photo or clip as it is; what is too large is known before a byte of it goes. Of a longer clip the server shows the beginning.
export function send(file: File, key: string, progress: (part: number) => void): Promise<Sent> {
  if (file.size > (isClip(file) ? CLIP_MOST_BYTES : MOST_BYTES)) return Promise.resolve({ ok: false, word: 'too-big', detail: '' });
  return post(isClip(file) ? '/v/clip' : '/u', key, file, progress);
}
