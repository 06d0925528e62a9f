// SPDX-License-Identifier: Apache-2.0
/// RFC 6455, section 4: requests and the status each must get.

import { createHash } from 'node:crypto';
import { handshake, KEY } from './line.mjs';

const accept = (key) => createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

const good = (name, options, check) => ({ name: `4 ${name}`, request: handshake(options), status: [101], check });
const bad = (name, status, options) => ({ name: `4 ${name}`, request: handshake(options), status: [status].flat() });

const keys = [KEY, 'AAAAAAAAAAAAAAAAAAAAAA==', '/////////////////////w==', 'x3JJHMbDL1EzLkh9GBhXDw=='];
const badKeys = ['', 'AAAA', `${KEY}AAAA`, 'AAAAAAAAAAAAAAAAAAAAAA', 'AAAAAAAAAAAAAAAAAAAAA===', '?AAAAAAAAAAAAAAAAAAAAA==', 'AAAAAAAAAAAAAAAAAAAAAB=='];
const has = (text) => (head) => (head.text.toLowerCase().includes(text.toLowerCase()) ? null : `no "${text}"`);
const hasNot = (text) => (head) => (head.text.toLowerCase().includes(text.toLowerCase()) ? `"${text}" is there` : null);

export const handshakes = [
  ...keys.map((key) => good(`accepts key ${key}`, { set: { 'Sec-WebSocket-Key': key } }, has(`Sec-WebSocket-Accept: ${accept(key)}\r\n`))),
  good('names the subprotocol', {}, has('Sec-WebSocket-Protocol: vitrine.v1\r\n')),
  good('Upgrade in any case', { set: { Upgrade: 'WebSocket' } }),
  good('Upgrade in capitals', { set: { Upgrade: 'WEBSOCKET' } }),
  good('Connection in any case', { set: { Connection: 'upgrade' } }),
  good('Connection as a list', { set: { Connection: 'keep-alive, Upgrade' } }),
  good('Connection as a list, first', { set: { Connection: 'Upgrade,keep-alive' } }),
  good('header names in lower case', { drop: ['Upgrade'], extra: ['upgrade: websocket'] }),
  good('header names in capitals', { drop: ['Sec-WebSocket-Version'], extra: ['SEC-WEBSOCKET-VERSION: 13'] }),
  good('no space after the colon', { drop: ['Upgrade'], extra: ['Upgrade:websocket'] }),
  good('unknown headers', { extra: ['X-One: 1', 'X-Two: two', 'Accept-Language: fr'] }),
  good('a list of subprotocols', { set: { 'Sec-WebSocket-Protocol': 'vitrine.v2, vitrine.v1' } }, has('Sec-WebSocket-Protocol: vitrine.v1\r\n')),
  good('two lines of subprotocols', { extra: ['Sec-WebSocket-Protocol: vitrine.v9'] }),
  good('declines permessage-deflate', { extra: ['Sec-WebSocket-Extensions: permessage-deflate'] }, hasNot('Sec-WebSocket-Extensions')),
  good('declines with parameters', { extra: ['Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=9, x-unknown'] }, hasNot('Sec-WebSocket-Extensions')),
  good('a query is ignored', { path: '/v1/socket?x=1' }),
  good('cookies are ignored', { extra: ['Cookie: __Host-vt_login=abc'] }),
  ...badKeys.map((key) => bad(`refuses key "${key}"`, 400, { set: { 'Sec-WebSocket-Key': key } })),
  bad('no key', 400, { drop: ['Sec-WebSocket-Key'] }),
  bad('two keys', 400, { extra: [`Sec-WebSocket-Key: ${KEY}`] }),
  bad('no Host', 400, { drop: ['Host'] }),
  bad('two Hosts', 400, { extra: ['Host: y'] }),
  bad('no Connection', 400, { drop: ['Connection'] }),
  bad('Connection: close', 400, { set: { Connection: 'close' } }),
  bad('Connection: upgraded', 400, { set: { Connection: 'upgraded' } }),
  bad('no Upgrade', [400, 404, 426], { drop: ['Upgrade'] }),
  bad('Upgrade: h2c', [0, 400, 403], { set: { Upgrade: 'h2c' }, extra: ['HTTP2-Settings: AAMAAABkAAQAAP__'] }),
  bad('Upgrade: websockets', 403, { set: { Upgrade: 'websockets' } }),
  ...['0', '8', '12', '14', '130', '13, 13', 'abc'].map((version) => ({
    ...bad(`version ${version}`, 426, { set: { 'Sec-WebSocket-Version': version } }),
    check: has('Sec-WebSocket-Version: 13\r\n'),
  })),
  bad('no version', 426, { drop: ['Sec-WebSocket-Version'] }),
  bad('POST', 405, { method: 'POST', extra: ['Content-Length: 0'] }),
  bad('HEAD', 405, { method: 'HEAD' }),
  bad('PUT', 405, { method: 'PUT', extra: ['Content-Length: 0'] }),
  bad('HTTP/1.0', 400, { http: 'HTTP/1.0' }),
  bad('HTTP/2.0', 400, { http: 'HTTP/2.0' }),
  bad('a body', 400, { extra: ['Content-Length: 3'] }),
  bad('a chunked body', 400, { extra: ['Transfer-Encoding: chunked'] }),
  bad('another path', 404, { path: '/v1/other' }),
  bad('no subprotocol', 400, { drop: ['Sec-WebSocket-Protocol'] }),
  bad('only unknown subprotocols', 400, { set: { 'Sec-WebSocket-Protocol': 'chat, vitrine.v2' } }),
  bad('subprotocol in another case', 400, { set: { 'Sec-WebSocket-Protocol': 'VITRINE.V1' } }),
  bad('no Origin', 403, { drop: ['Origin'] }),
  ...['null', 'http://shop.example', 'https://shop.example:8443', 'https://shop.example.', 'https://shop.example.evil.test', 'https://www.shop.example', 'https://evilshop.example', 'https://shop.exampl', 'https://shop.example/'].map((origin) =>
    bad(`Origin ${origin}`, 403, { set: { Origin: origin } }),
  ),
  good('Origin with its default port', { set: { Origin: 'https://shop.example:443' } }),
  good('Origin in capitals', { set: { Origin: 'HTTPS://SHOP.EXAMPLE' } }),
];
