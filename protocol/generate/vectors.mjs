// SPDX-License-Identifier: Apache-2.0
/// Writes the golden examples both languages run, the bad cases the server tests send, and the
/// seeds of the fuzz targets. Nothing here is random: numbers come from a fixed sequence.

import { makeSamples } from './samples.mjs';

export const CID = '01890a5d-ac96-774b-bcce-b302099a8057';
const PARENT_TEXT = 16384; // what a peer may send in one text message

const lines = (items) => `[\n${items.map((item) => `  ${JSON.stringify(item)}`).join(',\n')}\n]`;
const needsCid = (op) => op.class === 'D' || op.class === 'C';

function requestText(op, d, extra = {}) {
  const head = op.kind === 'n' ? { op: op.name } : { op: op.name, id: op.name === 'hello' ? 1 : 2 };
  const cid = op.kind !== 'n' && needsCid(op) ? { cid: CID } : {};
  return JSON.stringify({ ...head, ...(extra.c ? { c: extra.c } : {}), ...cid, d });
}

function eventText(op, d, isFull) {
  const number = op.class === 'D' ? { cs: 57 } : op.class === 'C' ? { s: 190 } : {};
  const head = isFull ? { c: 2, ...number, ...(op.class === 'link' ? {} : { p: 188, by: 'a1' }), ts: 1763000000041 } : number;
  return JSON.stringify({ op: op.name, ...head, d });
}

function replyText(op, d, isFull) {
  const number = isFull && needsCid(op) ? (op.class === 'D' ? { cs: 57, p: 55 } : { s: 190 }) : {};
  return JSON.stringify({ id: 2, ok: true, ...number, ...(isFull ? { ts: 1763000000041 } : {}), d });
}

function bodies(samples, shape) {
  const made = [['minimal', samples.minimal(shape)], ['full', samples.full(shape)],
    ...shape.examples.map((example, i) => [`example ${i + 1}`, samples.ordered(shape, example)])];
  const seen = new Set();
  return made.filter(([, d]) => !seen.has(JSON.stringify(d)) && seen.add(JSON.stringify(d)));
}

function familyVectors(model, samples, family) {
  const out = [];
  for (const op of family.ops) {
    const add = (dir, shape, text) => {
      for (const [name, d] of shape ? bodies(samples, shape) : []) out.push({ op: op.name, dir, name, text: text(d, name !== 'minimal') });
    };
    add(op.kind === 'n' ? 'notice' : 'request', op.msg, (d, isFull) => requestText(op, d, isFull && op.name !== 'hello' ? { c: 2 } : {}));
    add('event', op.evt, (d, isFull) => eventText(op, d, isFull));
    add('reply', op.rep, (d, isFull) => replyText(op, d, isFull));
  }
  return `{ "family": "${family.name}", "valid":\n${lines(out)} }\n`;
}

/// Wrong in the envelope, per request.
function* badEnvelopes(op, d) {
  const good = JSON.parse(requestText(op, d));
  const bad = (name, change, field) => ({ name, line: JSON.stringify({ ...good, ...change }), code: 'field.bad', field });
  yield bad('d is an array', { d: [] }, '/d');
  yield bad('d is null', { d: null }, '/d');
  yield bad('c is 0', { c: 0 }, '/c');
  yield bad('c is a text', { c: '1' }, '/c');
  if (op.kind === 'n') return;
  yield bad('no id', { id: undefined }, '/id');
  yield bad('id is 0', { id: 0 }, '/id');
  yield bad('id is past 32 bits', { id: 4294967296 }, '/id');
  yield bad('cid is no UUID', { cid: 'x' }, '/cid');
  if (needsCid(op)) yield bad('no cid', { cid: undefined }, '/cid');
}

function* badRequests(op, samples) {
  const good = samples.minimal(op.msg);
  yield* badEnvelopes(op, good);
  for (const { name, d, code, field } of samples.bad(op.msg)) yield { name, line: requestText(op, d), code, field: `/d${field}` };
  if (op.maxBytes < PARENT_TEXT) {
    const bare = requestText(op, { ...good, pad: '' });
    yield { name: 'larger than the row allows', line: requestText(op, { ...good, pad: 'x'.repeat(op.maxBytes + 1 - Buffer.byteLength(bare)) }), code: 'too.large', field: '' };
  }
}

function badList(model, samples) {
  const number = new Map(model.errors.map((error) => [error.code, error.n]));
  const out = [];
  for (const op of model.ops.filter((row) => row.msg)) {
    for (const item of badRequests(op, samples)) {
      const isTooLarge = Buffer.byteLength(item.line) > op.maxBytes;
      const result = isTooLarge ? { code: 'too.large', field: '' } : { code: item.code, field: item.field };
      if (Buffer.byteLength(item.line) > PARENT_TEXT) continue;
      out.push({ op: op.name, kind: op.kind, from: op.fromWritten, states: op.states, name: item.name, code: result.code, n: number.get(result.code), field: result.field, line: item.line });
    }
  }
  return `${lines(out)}\n`;
}

/// Long lists of objects would fill megabytes here and prove nothing the requests do not.
const BAD_BODY_BYTES = 20000;

function badBodies(model, samples) {
  const out = [];
  for (const op of model.ops) {
    for (const [dir, shape] of [['event', op.evt], ['reply', op.rep]]) {
      if (!shape || shape.sameAs) continue;
      for (const { name, d, code, field } of samples.bad(shape)) {
        if (/too long|too many/.test(name) || JSON.stringify(d).length > BAD_BODY_BYTES) continue;
        out.push({ op: op.name, dir, name, code, field, d });
      }
    }
  }
  return `${lines(out)}\n`;
}

/// What no table can say: text that is not JSON as we take it. Hex, for some of it is no text at all.
function wireVectors() {
  const hb = (d) => `{"op":"hb","d":${d}}`;
  const nested = (n) => `${'['.repeat(n)}${']'.repeat(n)}`;
  const bad = [
    ['nothing in it', '{', 'json.bad', ''], ['a bare word', 'hello', 'json.bad', ''], ['an array', '[]', 'json.bad', ''], ['a text', '"hb"', 'json.bad', ''],
    ['two objects on one line', '{"op":"hb","d":{"t":1}}{"op":"hb","d":{"t":1}}', 'json.bad', ''],
    ['a comma too many', '{"op":"hb","d":{"t":1,}}', 'json.bad', ''], ['a comment', '{"op":"hb",/* */"d":{"t":1}}', 'json.bad', ''],
    ['a leading zero', hb('{"t":01}'), 'json.bad', ''], ['NaN', hb('{"t":NaN}'), 'json.bad', ''], ['hexadecimal', hb('{"t":0x1}'), 'json.bad', ''],
    ['the same key twice', '{"op":"hb","d":{"t":1,"t":2}}', 'json.bad', ''], ['the same key twice, one escaped', '{"op":"hb","\\u006fp":"ack","d":{"t":1}}', 'json.bad', ''],
    ['NUL in a text', '{"op":"chat.history","x":"a\\u0000b"}', 'json.bad', ''], ['NUL in a key', '{"op":"hb","a\\u0000b":1}', 'json.bad', ''],
    ['a lone high surrogate', '{"op":"hb","x":"\\ud800"}', 'json.bad', ''], ['a lone low surrogate', '{"op":"hb","x":"\\udc00"}', 'json.bad', ''],
    ['surrogates the wrong way round', '{"op":"hb","x":"\\udc00\\ud800"}', 'json.bad', ''], ['a control character in a text', '{"op":"hb","x":"a\tb"}', 'json.bad', ''],
    ['an integer past 64 bits', hb('{"t":99999999999999999999}'), 'json.bad', ''], ['a number past a double', hb('{"t":1e999}'), 'json.bad', ''],
    ['33 deep', `{"op":"hb","x":${nested(32)}}`, 'json.bad', ''], ['very deep', `{"op":"hb","x":${nested(5000)}}`, 'json.bad', ''],
    ['very deep and open', `{"op":"hb","x":${'['.repeat(5000)}`, 'json.bad', ''],
    ['no op', '{"id":3,"d":{}}', 'field.bad', '/op'], ['op is a number', '{"op":3,"d":{}}', 'field.bad', '/op'], ['op is empty', '{"op":"","d":{}}', 'op.unknown', '/op'],
    ['unknown op', '{"op":"chat.sing","id":3,"d":{}}', 'op.unknown', '/op'], ['op in capitals', '{"op":"HB","d":{"t":1}}', 'op.unknown', '/op'],
    ['a binary frame by name', '{"op":"PTR","d":{}}', 'op.unknown', '/op'], ['op with more behind it', '{"op":"hbx","d":{"t":1}}', 'op.unknown', '/op'],
    ['a long unknown op', `{"op":"${'x'.repeat(500)}"}`, 'op.unknown', '/op'], ['d left out', '{"op":"hb"}', 'field.bad', '/d/t'],
  ].map(([name, text, code, field]) => ({ name, code, field, hex: Buffer.from(text).toString('hex') }));
  const raw = (name, before, hex, after) => ({ name, code: 'json.bad', field: '', hex: Buffer.from(before).toString('hex') + hex + Buffer.from(after).toString('hex') });
  bad.push(raw('a byte that is no UTF-8', '{"op":"hb","x":"', 'ff', '"}'), raw('an overlong form', '{"op":"hb","x":"', 'c0af', '"}'),
    raw('a surrogate in UTF-8', '{"op":"hb","x":"', 'eda080', '"}'), raw('past U+10FFFF', '{"op":"hb","x":"', 'f4908080', '"}'),
    raw('a cut character', '{"op":"hb","x":"', 'e282', '"}'), raw('a NUL byte', '{"op":"hb","x":"', '00', '"}'), raw('a byte order mark', '', 'efbbbf', '{"op":"hb","d":{"t":1}}'));
  const good = [
    ['32 deep', `{"op":"hb","x":${nested(31)},"d":{"t":1}}`], ['brackets inside a text', `{"op":"hb","x":"${'['.repeat(100)}\\"[[","d":{"t":1}}`],
    ['white space', ' { "op" : "hb" , "d" : { "t" : 1 } } '], ['unknown fields', '{"op":"hb","later":{"a":[1]},"d":{"t":1,"more":true}}'],
    ['escapes', '{"op":"\\u0068b","d":{"t":1}}'], ['a pair of surrogates', '{"op":"hb","x":"\\ud83d\\udc8d","d":{"t":1}}'], ['keys in another order', '{"d":{"t":1},"op":"hb"}'],
  ].map(([name, text]) => ({ name, hex: Buffer.from(text).toString('hex'), again: hb('{"t":1}') }));
  return `{ "bad":\n${lines(bad)},\n"good":\n${lines(good)} }\n`;
}

/// Doubles and their text, as JavaScript writes them.
function numberVectors() {
  const edges = [1, 0.1, 0.5, 1 / 3, 2 / 3, 0.1 + 0.2, 0.3725, 0.000001, 0.0000011, 1e-7, 1.5e-7, 123456.789012, 999999.999999, 1e6 + 0.000001, 1e20, 1e21, 1.2e21, 123456789012345680000,
    5e-324, 1e-323, 2.2250738585072014e-308, 2.225073858507201e-308, 1.7976931348623157e308, 4503599627370496.5, 9007199254740991, 9007199254740993, 0.9999999999999999, 1.0000000000000002, 100, 1e5, 65536.25, 1763000000000];
  const view = new DataView(new ArrayBuffer(8));
  let state = 0x2545f491;
  const next = () => { state ^= state << 13; state ^= state >>> 17; state ^= state << 5; return state >>> 0; };
  const values = edges.flatMap((value) => [value, -value]);
  for (let i = 0; i < 300; i++) {
    view.setUint32(0, next());
    view.setUint32(4, next());
    const any = view.getFloat64(0);
    if (Number.isFinite(any)) values.push(any);
    values.push(next() / 2 ** 32, Math.round((next() / 2 ** 32) * 1e5) / 1e5, Math.round((next() / 2 ** 32) * 1e6) / 1e6);
  }
  return `${lines(values.map((value) => ({ bits: bitsOf(view, value), text: JSON.stringify(value) })))}\n`;
}

function bitsOf(view, value) {
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}

const METHOD = { u8: 'Uint8', i8: 'Int8', u16: 'Uint16', i16: 'Int16', u32: 'Uint32', i32: 'Int32' };

function frameBytes(model, frame, head, body) {
  const { headBytes } = model.wire;
  const items = frame.list ? body[frame.list.name] : [];
  const rest = frame.rest ? Buffer.from(body[frame.rest.name], 'hex') : Buffer.alloc(0);
  const view = new DataView(new ArrayBuffer(headBytes + frame.bodyBytes + items.length * (frame.list?.itemBytes ?? 0) + rest.length));
  new Uint8Array(view.buffer, headBytes + frame.bodyBytes).set(rest, 0);
  const set = (type, at, value) => view[`set${METHOD[type]}`](at, value, true);
  set('u8', 0, frame.type);
  set('u8', 1, head.flags);
  set('u16', 2, head.chan);
  set('u32', 4, head.seq);
  set('u32', 8, head.ts);
  for (const field of frame.fields) set(field.type, headBytes + field.at, body[field.name]);
  if (frame.list?.count) set(frame.list.count.type, headBytes + frame.list.count.at, items.length);
  items.forEach((item, i) => {
    for (const field of frame.list.fields) set(field.type, headBytes + frame.bodyBytes + i * frame.list.itemBytes + field.at, item[field.name]);
  });
  return Buffer.from(view.buffer);
}

function badFrames(model, frame, good) {
  const { headBytes } = model.wire;
  const out = [['one byte short', good.subarray(0, -1)], ...(frame.rest ? [] : [['one byte more', Buffer.concat([good, Buffer.from([0])])]]), ['head only', good.subarray(0, headBytes)]];
  const patched = (at, bytes) => { const copy = Buffer.from(good); Buffer.from(bytes).copy(copy, at); return copy; };
  for (const field of frame.fields) {
    if (field.max !== undefined) out.push([`${field.name} above ${field.max}`, patched(headBytes + field.at, [field.max + 1])]);
    if (field.min !== undefined) out.push([`${field.name} below ${field.min}`, patched(headBytes + field.at, [0, 0, 0, 0])]);
  }
  const { list } = frame;
  if (list) {
    const many = Buffer.alloc((list.max + 1) * list.itemBytes);
    const long = Buffer.concat([good.subarray(0, headBytes + frame.bodyBytes), many]);
    if (list.count) long[headBytes + list.count.at] = list.max + 1;
    out.push([`${list.max + 1} of ${list.name}`, long]);
    if (list.count) out.push(['a count that is not true', patched(headBytes + list.count.at, [good[headBytes + list.count.at] + 1])]);
  }
  return out.map(([name, bytes]) => ({ frame: frame.name, name, hex: bytes.toString('hex') }));
}

/// Several frames in one message; without `frames` it is broken.
function messageVectors(valid) {
  const MORE = 32;
  const of = (name, i) => Buffer.from(valid.filter(({ frame }) => frame === name)[i].hex, 'hex');
  const more = (bytes) => { const copy = Buffer.from(bytes); copy[1] |= MORE; return copy; };
  const after = (bytes) => { const n = Buffer.alloc(2); n.writeUInt16LE(bytes.length); return Buffer.concat([n, bytes]); };
  const [view, ptr, trail, draw] = [of('VIEW', 0), of('PTR', 0), of('PTR', 1), of('DRAW', 0)];
  const good = (name, ...parts) => ({ name, hex: Buffer.concat([more(parts[0]), ...parts.slice(1).map(after)]).toString('hex'), frames: [more(parts[0]), ...parts.slice(1)].map((p) => p.toString('hex')) });
  const bad = (name, ...parts) => ({ name, hex: Buffer.concat(parts).toString('hex') });
  return [
    { name: 'one frame', hex: draw.toString('hex'), frames: [draw.toString('hex')] },
    good('MORE, and nothing follows', view), good('three frames', trail, view, draw), good('the same twice', ptr, ptr),
    bad('a first frame whose end nobody knows', more(draw), after(ptr)), bad('a length cut', more(ptr), Buffer.from([1])),
    bad('a length past the end', more(ptr), Buffer.from([37, 0]), view), bad('a further frame without a head', more(ptr), after(Buffer.from([6]))),
    bad('an empty further frame', more(ptr), after(Buffer.alloc(0))), bad('a first frame cut', more(view).subarray(0, 20)),
    bad('an unknown type first', more(Buffer.from('870010000000000000000000', 'hex')), after(ptr)),
  ];
}

function frameVectors(model) {
  const valid = [];
  const invalid = [];
  for (const frame of model.frames) {
    const made = frame.examples.map(({ head, body }) => ({ frame: frame.name, hex: frameBytes(model, frame, head, body).toString('hex'), head: { type: frame.type, ...head }, body }));
    valid.push(...made);
    invalid.push(...badFrames(model, frame, Buffer.from(made.at(-1).hex, 'hex')));
  }
  const heads = [['too short', '0100100001000000010000'], ['a channel above the last', `01000080${'00'.repeat(8)}`]].map(([name, hex]) => ({ name, hex }));
  const messages = messageVectors(valid);
  return { text: `{ "valid":\n${lines(valid)},\n"invalid":\n${lines(invalid)},\n"heads":\n${lines(heads)},\n"messages":\n${lines(messages)} }\n`, valid, invalid, messages };
}

export function vectorFiles(model) {
  const samples = makeSamples(model);
  const files = new Map();
  for (const family of model.families) files.set(`protocol/vectors/${family.name}.json`, familyVectors(model, samples, family));
  files.set('protocol/vectors/families.json', `${JSON.stringify(model.families.map((family) => family.name))}\n`);
  files.set('protocol/vectors/bad.json', badList(model, samples));
  files.set('protocol/vectors/bad_bodies.json', badBodies(model, samples));
  files.set('protocol/vectors/wire.json', wireVectors());
  files.set('protocol/vectors/numbers.json', numberVectors());
  const frames = frameVectors(model);
  files.set('protocol/vectors/frames.json', frames.text);
  return { files, seeds: seedFiles(model, samples, frames) };
}

/// One file a seed: requests as they come; events as "!op", a line end, and the body.
function seedFiles(model, samples, frames) {
  const seeds = new Map();
  for (const op of model.ops) {
    const shapes = [op.msg && [op.msg, '', (d) => requestText(op, d)], op.evt && [op.evt, 'event-', (d) => `!${op.name}\n${JSON.stringify(d)}`]];
    for (const [shape, prefix, text] of shapes.filter(Boolean)) {
      for (const [name, d] of bodies(samples, shape)) seeds.set(`tests/fuzz/corpus/decode/${prefix}${op.name}-${name.replace(' ', '-')}`, text(d));
    }
  }
  for (const { name, hex } of JSON.parse(wireVectors()).bad) {
    if (hex.length < 2000) seeds.set(`tests/fuzz/corpus/decode/wire-${name.replace(/[^a-z0-9]+/gi, '-')}`, Buffer.from(hex, 'hex'));
  }
  [...frames.valid, ...frames.invalid, ...frames.messages.map(({ hex }) => ({ frame: 'message', hex }))].forEach(({ frame, hex }, i) => seeds.set(`tests/fuzz/corpus/frames/${frame}-${i}`, Buffer.from(hex, 'hex')));
  return seeds;
}
