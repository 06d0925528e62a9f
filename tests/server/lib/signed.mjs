// SPDX-License-Identifier: Apache-2.0
/// Signed addresses of drawn pictures: a second writing of the server's, from the key file down, so a change of either shows.

import { createDecipheriv, createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { query } from './tables.mjs';

const mac = (secret, ...parts) => {
  const hmac = createHmac('sha256', secret);
  for (const part of parts) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(Buffer.byteLength(part)));
    hmac.update(length).update(part);
  }
  return hmac.digest();
};

/// What a site signs addresses with, by its public key.
export function siteKey(server, publicKey) {
  const [[site, text]] = query(server, 'SELECT site, secret FROM site WHERE key = ?', publicKey);
  const sealed = Buffer.from(text, 'base64url');
  const opened = createDecipheriv('aes-256-gcm', createHash('sha256').update(readFileSync(join(server.data, 'vitrine.key'))).digest(), sealed.subarray(0, 12));
  opened.setAAD(Buffer.from(`site secret ${site}`)).setAuthTag(sealed.subarray(44));
  return mac(Buffer.concat([opened.update(sealed.subarray(12, 44)), opened.final()]), 'vitrine site key', 'sign');
}

export const in1h = () => Math.floor(Date.now() / 1000) + 3600;
export const sign = (key, target) => `${target}&s=${mac(key, 'vitrine url', target, '').subarray(0, 16).toString('base64url')}`;
export const address = (key, kind, id, d, { fmt = 'png', e = in1h() } = {}) =>
  sign(key, `/p/${kind}/${id}.${fmt}?d=${Buffer.from(JSON.stringify(d)).toString('base64url')}&e=${e}`);
