// SPDX-License-Identifier: Apache-2.0
/// Where the server is looser than the letter of RFC 6455, and why it may be. Each row names cases by
/// the beginning of their name; they are taken as if they were right. A case that behaves otherwise fails,
/// and so does a row that no case needs any more.

export const looser = [
  { cases: '5.3 unmasked frame', reason: 'The library unmasks before anyone is told whether there was a mask; only a codec of our own could see it. No browser sends such frames.' },
  { cases: '5.2 16 bits for', reason: 'The library accepts a length that is not in its shortest form; it is still capped as any other.' },
  { cases: '5.2 64 bits for', reason: 'As above.' },
];

export const looserRow = (name) => looser.find((row) => name.startsWith(row.cases));
