// SPDX-License-Identifier: Apache-2.0
import { MOST_BYTES, post } from '../../transport/upload.js';
import type { Sent } from '../../transport/upload.js';

/// One photo as it is; what is too large is known before a byte of it goes.
export function send(file: File, key: string, progress: (part: number) => void): Promise<Sent> {
  if (file.size > MOST_BYTES) return Promise.resolve({ ok: false, word: 'too-big', detail: '' });
  return post('/u', key, file, progress);
}
