// SPDX-License-Identifier: Apache-2.0
// Width and height of a JPEG from its frame header, so every <img> can reserve its room.

const NO_LENGTH = new Set([0x01, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8]);

function isFrameHeader(marker) {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

export function readJpegSize(bytes) {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) throw new Error('not a JPEG');
  let at = 2;
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) throw new Error('broken JPEG: marker expected');
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at += 1;
    } else if (NO_LENGTH.has(marker)) {
      at += 2;
    } else if (isFrameHeader(marker)) {
      return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    } else {
      at += 2 + bytes.readUInt16BE(at + 2);
    }
  }
  throw new Error('broken JPEG: no frame header');
}
