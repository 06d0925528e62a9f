// SPDX-License-Identifier: Apache-2.0

/// What came of sending one picture or clip. `word` names the trouble as the server's problem does; `line`: the connection's own.
export type Sent = { ok: true; left: number } | { ok: false; word: string; detail: string };

export const MOST_BYTES = 40_000_000;
export const CLIP_MOST_BYTES = 100_000_000;

/// One POST with its bearer. By XMLHttpRequest, as fetch tells nothing of how far a body has gone.
export function post(url: string, bearer: string, body: Blob, progress: (part: number) => void): Promise<Sent> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    request.responseType = 'json';
    request.setRequestHeader('Authorization', `Bearer ${bearer}`);
    request.upload.onprogress = (e) => progress(e.lengthComputable ? e.loaded / e.total : 0);
    request.onerror = () => resolve({ ok: false, word: 'line', detail: '' });
    request.onload = () => {
      const said = (request.response ?? {}) as { left?: number; type?: string; detail?: string };
      resolve(request.status === 201 ? { ok: true, left: said.left ?? 0 }
        : { ok: false, word: said.type ?? 'busy', detail: said.detail ?? '' });
    };
    request.send(body);
  });
}
