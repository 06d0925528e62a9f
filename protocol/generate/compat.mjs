// SPDX-License-Identifier: Apache-2.0
/// What is on the wire stays: one line per field, kept in docs/fields.json. A line that was there
/// may neither go nor change; a line that comes into something old must say since when.

function limits(field) {
  const one = { str: `text ${field.min}..${field.max} bytes`, int: `${field.c} ${field.min}..${field.max}`, number: `number ${field.min}..${field.max}`,
    enum: `enum ${field.ref}`, object: `type ${field.ref}` }[field.type] ?? field.type;
  const many = field.list ? `[${field.list.min}..${field.list.max}${field.list.multiple > 1 ? ` by ${field.list.multiple}` : ''}] of ` : '';
  return `${many}${one}${field.required ? ', required' : ''}`;
}

function addShape(out, name, shape, since) {
  if (!shape) return;
  if (shape.symbol.startsWith('vt_shape_') && !name.startsWith('type ')) {
    out.set(name, { is: `type ${shape.symbol.replace('vt_shape_', '')}`, since });
    return;
  }
  out.set(name, { is: shape.oneOf ? `object, one of ${shape.oneOf.join(' ')}` : 'object', since });
  for (const field of shape.fields) out.set(`${name}/${field.name}`, { is: limits(field), since: field.since ?? null, parent: name });
}

/// Name -> {is, since, parent?}.
export function wireLines(model) {
  const out = new Map();
  for (const type of model.types.values()) {
    if (type.values) out.set(`enum ${type.name}`, { is: type.values.join(' '), since: type.since });
    else addShape(out, `type ${type.name}`, type.shape, type.since);
  }
  for (const op of model.ops) {
    out.set(`op ${op.name}`, { is: `${op.kind} ${op.class}`, since: op.since });
    addShape(out, `msg ${op.name}`, op.msg, op.since);
    addShape(out, `evt ${op.name}`, op.evt, op.since);
    addShape(out, `rep ${op.name}`, op.rep, op.since);
  }
  for (const frame of model.frames) {
    const list = frame.list ? `, then ${frame.list.count ? 'counted' : 'the rest'} x ${frame.list.itemBytes} to ${frame.list.max}` : frame.rest ? `, then the rest to ${frame.rest.max}` : '';
    out.set(`frame ${frame.name}`, { is: `type ${frame.type}, ${frame.bodyBytes} bytes${list}`, since: frame.since });
    const fields = [...frame.fields, ...(frame.list?.fields ?? []).map((f) => ({ ...f, name: `${frame.list.name}/${f.name}` }))];
    for (const field of fields) out.set(`frame ${frame.name}/${field.name}`, { is: `${field.type} at ${field.at}`, since: field['x-since'] ?? null, parent: `frame ${frame.name}` });
  }
  for (const error of model.errors) out.set(`error ${error.code}`, { is: String(error.n), since: 1 });
  return out;
}

export const fieldsText = (model) =>
  `{\n${[...wireLines(model)].map(([name, { is }]) => `  ${JSON.stringify(name)}: ${JSON.stringify(is)}`).join(',\n')}\n}\n`;

/// Sentences, one for each breach; none when the tables only grew.
export function breaches(model, before) {
  const now = wireLines(model);
  const out = [];
  for (const [name, is] of Object.entries(before)) {
    const line = now.get(name);
    if (!line) out.push(`${name} was "${is}" and is gone`);
    else if (line.is !== is) out.push(`${name} was "${is}" and is "${line.is}" now`);
  }
  for (const [name, line] of now) {
    if (name in before || !line.parent || !(line.parent in before)) continue;
    if (!line.since) out.push(`${name} is new in something old and has no x-since`);
    else if (/, required$/.test(line.is) && line.parent.startsWith('msg ')) out.push(`${name} is new and required: older clients do not send it`);
  }
  return out;
}
