// SPDX-License-Identifier: Apache-2.0
/// A page with the recorder as it ships and nobody behind it: what would leave is kept here, frame by frame, and read back as
/// the other side would read it.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

import { top } from '../../server/lib/protocol.mjs';

const dist = process.env.VITRINE_WEB || join(top, 'web/dist');
export const LAB = 'https://lab.example';

/// A chunk of the widget by its name, as the build has written it.
export function chunkCode(name) {
  const file = readdirSync(join(dist, 'v1')).find((f) => f.startsWith(`${name}-`) && /^[\w]+-[0-9a-f]{8}\.js$/.test(f));
  if (!file) throw new Error(`web/dist has no ${name} chunk: ./dev build web`);
  return readFileSync(join(dist, 'v1', file), 'utf8');
}

/// Serves `files` ({path: html or [type, body]}) on an origin that exists nowhere; everything else is refused and written down.
export async function openLab(page, files) {
  const strays = [];
  await page.route('**/*', (route) => {
    const url = new URL(route.request().url());
    const body = url.origin === LAB ? files[url.pathname] : undefined;
    if (body === undefined) {
      strays.push(url.href);
      return route.abort();
    }
    const [contentType, text] = Array.isArray(body) ? body : ['text/html; charset=utf-8', body];
    return route.fulfill({ contentType, body: text });
  });
  return { strays };
}

/// Begins to share the page, as if somebody looked; frames are kept in the page as numbers.
export async function share(page, { settings = {}, privacy } = {}) {
  await page.evaluate(() => { window.Vitrine = { chunk: (name, what) => { window.parts = { ...window.parts, [name]: what }; } }; });
  await page.evaluate(chunkCode('mirror'));
  await page.evaluate(([s, p]) => {
    window.frames_ = [];
    window.css_ = {};
    const port = window.port_ = {
      send: (make) => { window.frames_.push([...new Uint8Array(make({ chan: 16, seq: 0, ts: 0 }))]); return true; },
      buffered: () => 0, hz: () => 30, page: () => 1, count: { dom: 0, base: 0, motion: 0 },
      css: {
        ask: (hashes) => Promise.resolve({ missing: hashes, url: '/', ticket: 't' }),
        post: (url, ticket, body) => { Object.assign(window.css_, JSON.parse(body).css); return Promise.resolve(); },
      },
      settings: s, privacy: p,
    };
    window.share_ = new window.parts.mirror.Share(port);
    window.share_.start();
  }, [settings, privacy]);
  await page.waitForFunction(() => window.frames_.some((f) => f[0] === 4 && f[1] & 4));
}

/// Until nothing has come for a while.
export async function settled(page, ms = 150) {
  let was = -1;
  for (;;) {
    const now = await page.evaluate(() => window.frames_.length);
    if (now === was) return;
    was = now;
    await page.waitForTimeout(ms);
  }
}

/// { units: [{key, ops}], motion: [bytes], css: {hash: text}, bytes }
export async function told(page) {
  const { frames, css } = await page.evaluate(() => ({ frames: window.frames_, css: window.css_ }));
  return { ...read(frames.map((f) => Buffer.from(f))), css };
}

/// The units in a row of frames, put together and inflated.
export function read(frames) {
  const units = [];
  const motion = [];
  let parts = [];
  let bytes = 0;
  let due = null;
  for (const f of frames) {
    if (f[0] !== 4) { motion.push(f); continue; }
    const flags = f[1];
    const seq = f.readUInt32LE(4);
    // A picture begins anew, on a new channel from 0.
    if (due !== null && seq !== due && (flags & 3) !== 3) throw new Error(`a hole: ${seq} and not ${due}`);
    due = seq + 1;
    bytes += f.length;
    if (flags & 2) parts = [];
    parts.push(f.subarray(20));
    if (!(flags & 4)) continue;
    const whole = Buffer.concat(parts);
    units.push({ key: !!(flags & 1), page: f.readUInt32LE(12), base: f.readUInt32LE(16), ops: JSON.parse((flags & 8 ? inflateRawSync(whole) : whole).toString()) });
  }
  return { units, motion, bytes };
}
