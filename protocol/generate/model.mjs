// SPDX-License-Identifier: Apache-2.0
/// Reads the tables and turns them into one plain model that every writer uses: enums, shapes
/// with their fields, operations, frames, errors. Refuses what the codec could not express.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const RANGES = {
  u8: [0, 255], u16: [0, 65535], u32: [0, 4294967295], i16: [-32768, 32767], i32: [-2147483648, 2147483647],
  i64: [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};
const KINDS = ['q', 'x', 'n', 'e', 'p'];
const ROLES = ['customer', 'guest', 'associate', 'supervisor'];
const CLASSES = { link: 'LINK', D: 'DURABLE', C: 'CONTROL', R: 'ORDERED', L: 'LATEST' };
const RATES = ['none', 'act', 'talk', 'search', 'motion'];

function fail(where, what) {
  throw new Error(`${where}: ${what}`);
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return fail(path, error.message);
  }
}

export const snake = (name) => name.replace(/\./g, '_').replace(/[A-Z]/g, (ch) => `_${ch.toLowerCase()}`);
export const pascal = (name) => name.split(/[._]/).map((part) => part[0].toUpperCase() + part.slice(1)).join('');

const refName = (schema) => schema.$ref?.replace(/^.*\/\$defs\//, '');

function scalar(where, schema, types) {
  if (schema.$ref) {
    const target = types.get(refName(schema)) ?? fail(where, `no type ${schema.$ref}`);
    return { type: target.values ? 'enum' : 'object', ref: target.name };
  }
  if (schema['x-c'] === 'json') return { type: 'json' };
  switch (schema.type) {
    case 'string':
      if (schema.maxLength === undefined) fail(where, 'a string needs maxLength');
      return { type: 'str', min: schema.minLength ?? 0, max: schema.maxLength };
    case 'integer': {
      const c = schema['x-c'] ?? 'u32';
      const [low, high] = RANGES[c] ?? fail(where, `unknown x-c ${c}`);
      return { type: 'int', c, min: schema.minimum ?? low, max: schema.maximum ?? high };
    }
    case 'number':
      if (schema.minimum === undefined || schema.maximum === undefined) fail(where, 'a number needs minimum and maximum');
      return { type: 'number', min: schema.minimum, max: schema.maximum };
    case 'boolean':
      return { type: 'bool' };
    default:
      return fail(where, 'a field is a string, integer, number, boolean, array, json or a $ref');
  }
}

function field(where, name, schema, required, types) {
  const base = { name, cName: snake(name), required, since: schema['x-since'] ?? null, description: schema.description ?? '' };
  if (schema.type !== 'array') return { ...base, ...scalar(where, schema, types), example: schema.examples?.[0] };
  if (schema.maxItems === undefined) fail(where, 'an array needs maxItems');
  const item = scalar(`${where}[]`, schema.items, types);
  const min = schema.minItems ?? 0;
  const list = { min, max: schema.maxItems, multiple: schema['x-multiple'] ?? 1 };
  const isTuple = min === list.max && (item.type === 'int' || item.type === 'number');
  return { ...base, ...item, list, isTuple };
}

function shape(where, schema, types, cStruct, symbol) {
  const required = new Set(schema.required ?? []);
  const fields = Object.entries(schema.properties ?? {}).map(([name, sub]) =>
    field(`${where}.${name}`, name, sub, required.has(name), types));
  for (const name of required) if (!fields.some((f) => f.name === name)) fail(where, `required ${name} is not a property`);
  const oneOf = schema['x-one-of'] ?? null;
  for (const name of oneOf ?? []) {
    if (!fields.some((f) => f.name === name && !f.required)) fail(where, `x-one-of ${name} is not an optional property`);
  }
  return { where, symbol, cStruct, fields, oneOf, description: schema.description ?? '', examples: schema.examples ?? [] };
}

function readTypes(schemas) {
  const types = new Map();
  for (const [name, schema] of Object.entries(schemas)) {
    if (!schema['x-since']) fail(name, 'needs x-since');
    types.set(name, { name, since: schema['x-since'], description: schema.description, schema, ...(schema.enum && { values: schema.enum }) });
  }
  for (const type of types.values()) {
    if (!type.values) Object.assign(type, { shape: shape(type.name, type.schema, types, `struct vt_t_${type.name}`, `vt_shape_${type.name}`) });
  }
  return types;
}

/// A body is a type used as it is, a shape of its own, or nothing (null).
function body(where, schema, types, prefix, op) {
  if (schema === undefined) return null;
  if (schema.$ref) return (types.get(refName(schema)) ?? fail(where, `no type ${schema.$ref}`)).shape;
  return shape(where, schema, types, `struct vt_${prefix}_${snake(op)}`, `${prefix}_${snake(op)}`);
}

/// x-capability: one word, or one for each side: { customer, associate }. What must be on for customers, for staff.
function capabilities(where, row, words) {
  const given = row['x-capability'] ?? null;
  const of = typeof given === 'object' && given !== null ? [given.customer, given.associate] : [given, given];
  for (const word of of) if (word && !words.includes(word)) fail(where, `x-capability is one of ${words.join(' ')}`);
  return of.map((word) => word ?? null);
}

function columns(where, row, kinds) {
  const expand = (names) => names.flatMap((name) => (name === 'associate' ? ['associate', 'supervisor'] : [name]));
  for (const key of ['x-since', 'x-kind', 'x-from', 'x-to', 'x-states', 'x-class', 'x-rate', 'description']) {
    if (row[key] === undefined) fail(where, `needs ${key}`);
  }
  if (!kinds.includes(row['x-kind'])) fail(where, `x-kind is one of ${kinds.join(' ')}`);
  if (!CLASSES[row['x-class']]) fail(where, `x-class is one of ${Object.keys(CLASSES).join(' ')}`);
  if (!RATES.includes(row['x-rate'])) fail(where, `x-rate is one of ${RATES.join(' ')}`);
  for (const role of row['x-from']) if (![...ROLES, 'driver'].includes(role)) fail(where, `unknown role ${role}`);
  for (const role of row['x-to']) if (!ROLES.includes(role)) fail(where, `unknown role ${role}`);
  return {
    since: row['x-since'], kind: row['x-kind'], from: expand(row['x-from']), to: expand(row['x-to']),
    fromWritten: row['x-from'], toWritten: row['x-to'], states: row['x-states'], class: row['x-class'],
    cClass: CLASSES[row['x-class']], rate: row['x-rate'], description: row.description,
  };
}

function operation(family, name, row, types, stateNames) {
  const cols = { ...columns(name, row, KINDS), needs: capabilities(name, row, types.get('capability').values) };
  const states = cols.states.includes('*') ? stateNames : cols.states;
  for (const state of states) if (!stateNames.includes(state)) fail(name, `unknown state ${state}`);
  const isEvent = cols.kind === 'e';
  const spreads = (cols.kind === 'x' || cols.kind === 'n') && cols.to.length > 0;
  const msg = isEvent ? null : body(name, row, types, 'msg', name);
  let evt = null;
  if (isEvent) evt = body(name, row, types, 'evt', name);
  else if (row['x-event']) evt = body(`${name} event`, row['x-event'], types, 'evt', name);
  else if (spreads) evt = row.$ref ? msg : { ...msg, cStruct: `struct vt_evt_${snake(name)}`, symbol: `evt_${snake(name)}`, sameAs: msg };
  const asked = ['q', 'x', 'p'].includes(cols.kind);
  if (asked && !row['x-reply']) fail(name, 'a request needs x-reply');
  const rep = asked ? body(`${name} reply`, row['x-reply'], types, 'rep', name) : null;
  const id = snake(name).toUpperCase();
  return { ...cols, states, name, family, id, opId: id, maxBytes: row['x-bytes'] ?? fail(name, 'needs x-bytes'), msg, evt, rep, raw: row };
}

/// A frame's list repeats an item, its rest is bytes as they are; both fill the frame.
function frame(name, row, headBytes, types, textIds) {
  const stateNames = types.get('state').values;
  const cols = { ...columns(name, row, ['b']), needs: capabilities(name, row, types.get('capability').values) };
  for (const state of cols.states) if (!stateNames.includes(state)) fail(name, `unknown state ${state}`);
  const listBytes = row.list ? row.list.max * row.list.itemBytes : 0;
  return { ...cols, name, family: 'frames', id: name, opId: textIds.has(name) ? `BIN_${name}` : name, lower: name.toLowerCase(), type: row.type,
    bodyBytes: row.bodyBytes, fields: row.fields, list: row.list ?? null, rest: row.rest ?? null, raw: row, examples: row.examples,
    maxBytes: headBytes + row.bodyBytes + listBytes + (row.rest?.max ?? 0), msg: null, evt: null, rep: null };
}

/// Enums and shapes first, each after what it embeds, so the writers can go down the list.
function inOrder(types) {
  const done = new Set();
  const out = [];
  const visit = (type) => {
    if (done.has(type.name)) return;
    done.add(type.name);
    for (const f of type.shape?.fields ?? []) if (f.ref) visit(types.get(f.ref));
    out.push(type);
  };
  for (const type of types.values()) visit(type);
  return out;
}

export function loadModel(root) {
  const dir = join(root, 'messages');
  const types = readTypes(readJson(join(dir, 'types.json')).$defs);
  const stateNames = types.get('state').values;
  const families = [];
  for (const file of readdirSync(dir).filter((name) => name.endsWith('.json') && name !== 'types.json').sort()) {
    const json = readJson(join(dir, file));
    const ops = Object.entries(json.$defs).map(([name, row]) => operation(json.title, name, row, types, stateNames));
    families.push({ name: json.title, description: json.description, ops });
  }
  const byName = (a, b) => (a.name < b.name ? -1 : 1);
  const ops = families.flatMap((family) => family.ops).sort(byName);
  for (let i = 1; i < ops.length; i++) if (ops[i].name === ops[i - 1].name) fail(ops[i].name, 'is defined twice');
  const wire = readJson(join(root, 'frames.json'));
  const textIds = new Set(ops.map((op) => op.id));
  const frames = Object.entries(wire.frames).map(([name, row]) => frame(name, row, wire.headBytes, types, textIds)).sort(byName);
  const errors = readJson(join(root, 'errors.json'));
  return { types, typesInOrder: inOrder(types), families, ops, frames, wire, stateNames, roles: ROLES, rates: RATES, classes: CLASSES,
    errors: Object.entries(errors.errors).map(([code, row]) => ({ code, id: code.replace(/\./g, '_').toUpperCase(), ...row })).sort((a, b) => a.n - b.n),
    closes: errors.closes };
}
