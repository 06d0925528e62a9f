// SPDX-License-Identifier: Apache-2.0
/// RFC 6455, sections 5 to 8: what a client sends after the handshake, and what must come of it.
///
/// want: { code } the server fails the line with this close code · { echo } it answers the close with
/// this code · { delivered } the message reaches the application, which then answers or closes with a
/// code of its own (4xxx) · { accepted } it may also say nothing, but the line lives · { pongs } these come back, in order · { silent } nothing happens.

import { close, frame } from './line.mjs';

const TEXT = 0x81, BINARY = 0x82, CLOSE = 0x88, PING = 0x89, PONG = 0x8a;
const hex = (n) => n.toString(16).padStart(2, '0');
const cases = [];
const add = (name, bytes, want, more = {}) => cases.push({ name, bytes: Buffer.concat([bytes].flat()), want, ...more });

// 5.2 reserved bits and opcodes
for (const opcode of [0x00, 0x01, 0x02, 0x08, 0x09, 0x0a])
  for (const rsv of [0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70]) add(`5.2 RSV ${hex(rsv)} on opcode ${opcode}`, frame(0x80 | rsv | opcode, opcode ? '' : 'x'), { code: 1002 });
for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
  for (const payload of ['', 'x', 'y'.repeat(125)]) add(`5.2 opcode ${opcode} with ${payload.length} bytes`, frame(0x80 | opcode, payload), { code: 1002 });
for (const opcode of [3, 7]) add(`5.2 opcode ${opcode} without FIN`, frame(opcode, 'x'), { code: 1002 });

// 5.2 lengths
add('5.2 text of 0 bytes', frame(TEXT), { accepted: true });
for (const n of [1, 2, 124, 125, 126, 127, 128, 1000, 4095, 4096]) add(`5.2 text of ${n} bytes`, frame(TEXT, 'a'.repeat(n)), { delivered: true });
for (const n of [0, 1, 125, 126, 4096]) add(`5.2 binary of ${n} bytes`, frame(BINARY, Buffer.alloc(n, 7)), { delivered: true });
for (const n of [4097, 5000, 65535, 65536]) add(`5.2 first message of ${n} bytes`, frame(TEXT, 'a'.repeat(n)), { code: 1009 });
for (const n of [4097n, 65536n, 1n << 31n, 1n << 32n, 1n << 62n, (1n << 63n) - 1n])
  add(`5.2 a claim of ${n} bytes`, frame(TEXT, 'abc', { claim: n, wide: 64 }), { code: 1009 });
for (const n of [1n << 63n, (1n << 64n) - 1n]) add(`5.2 a length with its first bit set: ${n}`, frame(BINARY, 'abc', { claim: n, wide: 64 }), { code: 1002 });
add('5.2 16 bits for 5 bytes', frame(TEXT, 'hello', { wide: 16 }), { code: 1002 });
add('5.2 64 bits for 5 bytes', frame(TEXT, 'hello', { wide: 64 }), { code: 1002 });
add('5.2 64 bits for 300 bytes', frame(TEXT, 'h'.repeat(300), { wide: 64 }), { code: 1002 });

// 5.3 masks
for (const mask of [[0, 0, 0, 0], [255, 255, 255, 255], [0, 0, 0, 1], [1, 2, 3, 4]]) {
  add(`5.3 mask ${mask}`, frame(PING, 'masked', { mask }), { pongs: ['masked'] });
  add(`5.3 mask ${mask} on text`, frame(TEXT, 'gr\u00fc\u00dfe'.repeat(20), { mask }), { delivered: true });
}
for (const first of [TEXT, BINARY, PING, CLOSE]) add(`5.3 unmasked frame ${hex(first)}`, frame(first, first === CLOSE ? [3, 232] : 'x', { mask: null }), { code: 1002 });

// 5.4 fragments
for (const [name, first] of [['text', 0x01], ['binary', 0x02]]) {
  for (const n of [2, 3, 10, 50, 99])
    add(`5.4 ${name} in ${n} fragments`, [frame(first, 'a'), ...Array.from({ length: n - 2 }, () => frame(0x00, 'b')), frame(0x80, 'c')], { delivered: true });
  add(`5.4 ${name}, empty first`, [frame(first), frame(0x80, 'x')], { delivered: true });
  add(`5.4 ${name}, empty middle`, [frame(first, 'x'), frame(0x00), frame(0x80, 'y')], { delivered: true });
  add(`5.4 ${name}, empty last`, [frame(first, 'x'), frame(0x80)], { delivered: true });
  add(`5.4 ${name}, all empty`, [frame(first), frame(0x00), frame(0x80)], { accepted: true });
  add(`5.4 ${name} with a ping inside`, [frame(first, 'x'), frame(PING, 'in'), frame(0x80, 'y')], { delivered: true, pongs: ['in'] });
  add(`5.4 ${name} with a pong inside`, [frame(first, 'x'), frame(PONG, 'in'), frame(0x80, 'y')], { delivered: true });
  add(`5.4 text within ${name}`, [frame(first, 'x'), frame(TEXT, 'y')], { code: 1002 });
  add(`5.4 binary within ${name}`, [frame(first, 'x'), frame(BINARY, 'y')], { code: 1002 });
  add(`5.4 a begun text within ${name}`, [frame(first, 'x'), frame(0x01, 'y')], { code: 1002 });
  add(`5.4 a close within ${name}`, [frame(first, 'x'), close(1000)], { echo: 1000 });
  add(`5.4 ${name}, sum above the cap`, [frame(first, 'a'.repeat(4000)), frame(0x80, 'a'.repeat(97))], { code: 1009 });
  add(`5.4 ${name} in 101 fragments`, [frame(first, 'a'), ...Array.from({ length: 100 }, () => frame(0x00, 'b'))], { code: 1008 });
  add(`5.4 ${name} in 200 empty fragments`, [frame(first), ...Array.from({ length: 200 }, () => frame(0x00))], { code: 1008 });
}
add('5.4 a continuation of nothing', frame(0x80, 'x'), { code: 1002 });
add('5.4 an open continuation of nothing', frame(0x00, 'x'), { code: 1002 });
add('5.4 an empty continuation of nothing', frame(0x80), { code: 1002 });
add('5.4 a continuation after a ping', [frame(PING, 'x'), frame(0x80, 'y')], { code: 1002 });

// 5.5 control frames
for (const [name, opcode] of [['close', 8], ['ping', 9], ['pong', 10]]) {
  add(`5.5 ${name} without FIN`, frame(opcode, opcode === 8 ? [3, 232] : 'x'), { code: 1002 });
  for (const n of [126, 127, 65535, 65536]) add(`5.5 ${name} of ${n} bytes`, frame(0x80 | opcode, Buffer.alloc(n, 65)), { code: 1002 });
  add(`5.5 ${name} with a 16 bit length`, frame(0x80 | opcode, opcode === 8 ? [3, 232] : 'x', { wide: 16 }), { code: 1002 });
}
for (const n of [0, 1, 2, 3, 64, 124, 125]) add(`5.5.2 ping of ${n} bytes`, frame(PING, 'p'.repeat(n)), { pongs: ['p'.repeat(n)] });
add('5.5.2 ping of all bytes', frame(PING, Buffer.from(Array.from({ length: 125 }, (_, i) => i * 2))), { pongs: [Buffer.from(Array.from({ length: 125 }, (_, i) => i * 2)).toString('latin1')] });
add('5.5.2 no pong after a close', [close(1000), frame(PING, 'late')], { echo: 1000, noPong: true });
for (const n of [0, 1, 125]) add(`5.5.3 a pong nobody asked for, ${n} bytes`, frame(PONG, 'q'.repeat(n)), { silent: true });
add('5.5.3 a pong, then a ping', [frame(PONG, 'q'), frame(PING, 'p')], { pongs: ['p'] });
add('5.5 eleven pongs in a second', Array.from({ length: 12 }, () => frame(PONG, 'x')), { code: 1008 });

// 5.5.1 and 7: closing
for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3500, 3999, 4000, 4500, 4999]) add(`7.4 close ${code}`, close(code), { echo: code });
for (const code of [0, 1, 999, 1004, 1005, 1006, 1014, 1015, 1016, 1100, 2000, 2999, 5000, 9999, 65535]) add(`7.4 close ${code}, which nobody may send`, close(code), { code: 1002 });
for (const code of [1012, 1013]) add(`7.4 close ${code}, registered after the RFC`, close(code), { echoOr1002: code });
add('5.5.1 close without a code', frame(CLOSE), { echo: 0 });
add('5.5.1 close of one byte', frame(CLOSE, '\x03'), { code: 1002 });
for (const n of [1, 10, 123]) add(`5.5.1 close with a reason of ${n} bytes`, close(1000, 'r'.repeat(n)), { echo: 1000 });
add('5.5.1 close with a reason in UTF-8', close(1000, Buffer.from('gr\u00fc\u00dfe').toString('latin1')), { echo: 1000 });
for (const [name, reason] of [['a lone byte', '\xff'], ['a bad pair', 'a\xc3\x28'], ['a cut character', 'abc\xc3'], ['a surrogate', '\xed\xa0\x80']])
  add(`8.1 close with a reason that holds ${name}`, close(1000, reason), { code: 1007 });
add('5.5.1 text after a close', [close(1000), frame(TEXT, 'late')], { echo: 1000, notDelivered: true });
add('5.5.1 two closes', [close(1000), close(1001)], { echo: 1000 });
add('5.5.1 a bad frame after a close', [close(1000), frame(0xf3, 'x')], { echo: 1000 });
add('7.1 text, then a close', [frame(PING, 'one'), close(1000)], { echo: 1000 });

// 8.1 UTF-8
const valid = ['a', '\u007f', '\u0080', '\u07ff', '\u0800', '\ud7ff', '\ue000', '\ufffd', '\uffff', '\u{10000}', '\u{10ffff}', '\u0000', '\u03ba\u1f79\u03c3\u03bc\u03b5', '\u{1f48d}\u200d\u{1f9d1}'];
const invalid = ['80', 'bf', '8080', 'c0', 'c080', 'c1bf', 'c2', 'c228', 'df', 'e0', 'e080', 'e08080', 'e09fbf', 'e228a1', 'e28228', 'e282', 'ed', 'eda080', 'edafbf', 'edb080', 'edbfbf', 'eda080edb080', 'ef', 'efbf', 'f0', 'f08080', 'f0808080', 'f08fbfbf', 'f0288cbc', 'f09028bc', 'f0288c28', 'f090', 'f09080', 'f4908080', 'f5808080', 'f7bfbfbf', 'f888808080', 'fbbfbfbfbf', 'fc8480808080', 'fe', 'ff', 'feff', '61c362', 'ceba80', 'cebae1bdb9cf83cebcceb5eda080656469746564'];
for (const text of valid) {
  const bytes = Buffer.from(text);
  add(`8.1 ${bytes.toString('hex') || 'nothing'}`, frame(TEXT, bytes), { delivered: true });
  if (bytes.length > 1) add(`8.1 ${bytes.toString('hex')} a byte a fragment`, [frame(0x01), ...[...bytes].map((byte) => frame(0x00, [byte])), frame(0x80)], { delivered: true });
}
for (const text of invalid) {
  const bytes = Buffer.from(text, 'hex');
  add(`8.1 ${text} is no UTF-8`, frame(TEXT, bytes), { code: 1007 });
  add(`8.1 ${text} behind good text`, frame(TEXT, Buffer.concat([Buffer.from('gut '), bytes])), { code: 1007 });
  add(`8.1 ${text} a byte a fragment`, [frame(0x01), ...[...bytes].map((byte) => frame(0x00, [byte])), frame(0x80)], { code: 1007 });
  add(`8.1 ${text} as binary`, frame(BINARY, bytes), { delivered: true });
}
for (const text of ['ff', 'e080', 'eda0', 'f490'])
  add(`8.1 ${text} in a message that goes on`, [frame(0x01, 'gut '), frame(0x00, Buffer.from(text, 'hex'))], { code: 1007 });

export const frames = cases;
