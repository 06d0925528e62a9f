// SPDX-License-Identifier: Apache-2.0
/// Where the server is looser than the letter of RFC 6455, and why it may be. Each row names cases by
/// the beginning of their name and what happens instead; a case that behaves otherwise fails, and so
/// does a row that no case needs any more.

export const looser = [
  { cases: '5.3 unmasked frame', instead: 'taken', reason: 'The library unmasks before anyone is told whether there was a mask; only a codec of our own could see it. No browser sends such frames.' },
  { cases: '5.2 16 bits for', instead: 'taken', reason: 'The library accepts a length that is not in its shortest form; it is still capped as any other.' },
  { cases: '5.2 64 bits for', instead: 'taken', reason: 'As above.' },
  { cases: '5.2 a length with its first bit set', instead: 'ended', reason: 'The library ends the line without the close frame that section 7.1.7 says SHOULD come.' },
  { cases: '5.5 close of 1', instead: 'ended', reason: 'A control frame too long is failed without a close frame.' },
  { cases: '5.5 close of 6', instead: 'ended', reason: 'As above.' },
  { cases: '5.5 ping of 1', instead: 'ended', reason: 'As above.' },
  { cases: '5.5 ping of 6', instead: 'ended', reason: 'As above.' },
  { cases: '5.5 pong of 1', instead: 'ended', reason: 'As above.' },
  { cases: '5.5 pong of 6', instead: 'ended', reason: 'As above.' },
  { cases: '5.5 close with a 16', instead: 'ended', reason: 'As above.' },
  { cases: '5.5 ping with a 16', instead: 'ended', reason: 'As above.' },
  { cases: '5.5 pong with a 16', instead: 'ended', reason: 'As above.' },
  { cases: '8.1 close with a reason that holds', instead: 'ended', reason: 'A reason that is no UTF-8 ends the line without a close frame.', but: ['a cut character'] },
  { cases: '5.5.1 a bad frame after a close', instead: 'ended', reason: 'A broken frame behind a close in one segment ends the line before the close is answered.' },
];

export const looserRow = (name) => looser.find((row) => name.startsWith(row.cases) && !(row.but ?? []).some((part) => name.includes(part)));
