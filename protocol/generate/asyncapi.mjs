// SPDX-License-Identifier: Apache-2.0
/// Writes protocol/docs/asyncapi.json: one WebSocket is one channel with all messages. `receive` is
/// what the server receives.

import { pascal } from './model.mjs';

const SHARED = '#/components/schemas/';
const key = (name) => name.replace(/\./g, '_');

/// A schema with its references turned to this document's components.
function turned(schema) {
  if (Array.isArray(schema)) return schema.map(turned);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== 'x-reply' && name !== 'x-event')
    .map(([name, value]) => (name === '$ref' ? [name, value.replace(/^.*\/\$defs\//, SHARED)] : name === 'examples' ? [name, value] : [name, turned(value)])));
}

const u32 = (minimum, description) => ({ type: 'integer', minimum, maximum: 4294967295, description });

function payload(fields, required, d) {
  return { type: 'object', required, properties: { ...fields, d } };
}

/// The body alone: without the columns of the row.
function bodyOf(schema) {
  const columns = new Set(['x-since', 'x-kind', 'x-from', 'x-to', 'x-states', 'x-class', 'x-rate', 'x-bytes', 'x-capability', 'description']);
  return turned(Object.fromEntries(Object.entries(schema).filter(([name]) => !columns.has(name))));
}

const columnsOf = (op) => ({ 'x-kind': op.kind, 'x-from': op.fromWritten, 'x-to': op.toWritten, 'x-states': op.states, ...(op.raw['x-capability'] ? { 'x-capability': op.raw['x-capability'] } : {}), 'x-class': op.class, 'x-rate': op.rate, 'x-bytes': op.maxBytes, 'x-since': op.since });

function messagesOf(op) {
  const out = {};
  const c = u32(1, "The conversation's handle.");
  if (op.msg) {
    const isRequest = op.kind !== 'n';
    const needsCid = isRequest && (op.class === 'D' || op.class === 'C');
    const fields = { op: { const: op.name }, ...(isRequest ? { id: u32(1, 'Per connection.'), cid: { type: 'string', format: 'uuid' } } : {}), c };
    const required = ['op', ...(isRequest ? ['id'] : []), ...(needsCid ? ['cid'] : [])];
    out[key(op.name)] = { name: op.name, title: pascal(op.name), summary: op.description, ...columnsOf(op), payload: payload(fields, required, bodyOf(op.raw)) };
  }
  if (op.evt) {
    const schema = op.msg ? op.raw['x-event'] ?? op.raw : op.raw;
    const fields = { op: { const: op.name }, c, s: u32(1, 'Control number.'), cs: u32(1, 'Thread number.'), p: u32(0, 'The number before, for this audience.'), by: { type: 'string' }, ts: { type: 'integer' } };
    out[`${key(op.name)}_event`] = { name: op.name, title: `${pascal(op.name)} event`, summary: op.description, ...columnsOf(op), payload: payload(fields, ['op', 'd'], bodyOf(schema)) };
  }
  if (op.rep) {
    const fields = { id: u32(1, "The request's."), ok: { const: true }, s: u32(1, 'Control number.'), cs: u32(1, 'Thread number.'), p: u32(0, ''), ts: { type: 'integer' } };
    out[`${key(op.name)}_reply`] = { name: `${op.name} reply`, title: `${pascal(op.name)} reply`, payload: payload(fields, ['id', 'ok', 'd'], bodyOf(op.raw['x-reply'])) };
  }
  return out;
}

const ref = (name) => ({ $ref: `#/channels/socket/messages/${name}` });

function operationsOf(op) {
  const channel = { $ref: '#/channels/socket' };
  const out = {};
  if (op.msg) {
    const reply = op.rep ? { reply: { channel, messages: [ref(`${key(op.name)}_reply`), ref('refusal')] } } : {};
    out[key(op.name)] = { action: 'receive', channel, summary: op.description, messages: [ref(key(op.name))], ...reply };
  }
  if (op.evt) out[`${key(op.name)}_event`] = { action: 'send', channel, summary: op.description, messages: [ref(`${key(op.name)}_event`)] };
  return out;
}

export function asyncapiJson(model) {
  const messages = Object.assign({}, ...model.ops.map(messagesOf));
  messages.refusal = { name: 'refusal', title: 'Refusal', summary: 'The answer to a request that is not carried out.',
    payload: { type: 'object', required: ['id', 'err'], properties: { id: u32(1, "The request's."), err: { $ref: `${SHARED}wire_error` } } } };
  for (const frame of model.frames) {
    messages[frame.name] = { name: frame.name, title: `${frame.name} frame`, summary: frame.description, contentType: 'application/octet-stream', ...columnsOf(frame),
      'x-frame': { type: frame.type, bodyBytes: frame.bodyBytes, fields: frame.fields, ...(frame.list ? { list: frame.list } : {}) } };
  }
  const schemas = Object.fromEntries(model.typesInOrder.map((type) => [type.name, turned(type.schema)]));
  const channelMessages = Object.fromEntries(Object.keys(messages).map((name) => [name, { $ref: `#/components/messages/${name}` }]));
  const frameOperations = Object.fromEntries(model.frames.flatMap((frame) => ['receive', 'send'].map((action) =>
    [`${frame.name}_${action}`, { action, channel: { $ref: '#/channels/socket' }, summary: frame.description, messages: [ref(frame.name)] }])));
  return `${JSON.stringify({
    asyncapi: '3.1.0',
    info: { title: 'Vitrine', version: '1', description: 'The WebSocket of Vitrine, subprotocol vitrine.v1. Lengths of texts are counted in bytes of UTF-8.', license: { name: 'Apache-2.0' } },
    defaultContentType: 'application/json',
    channels: { socket: { address: '/v1/socket', description: 'Text messages hold one JSON object, or several as NDJSON; binary messages hold frames.', messages: channelMessages } },
    operations: { ...Object.assign({}, ...model.ops.map(operationsOf)), ...frameOperations },
    components: { messages, schemas },
  }, null, 1)}\n`;
}
