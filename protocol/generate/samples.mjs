// SPDX-License-Identifier: Apache-2.0
/// Bodies made from a shape: the least that is valid, all of it, and one thing wrong at a time.
/// Values come from the examples of the tables where there are any.

const clone = (value) => JSON.parse(JSON.stringify(value));

function plain(field) {
  switch (field.type) {
    case 'str': return 'x'.repeat(Math.max(1, field.min));
    case 'int': return Math.max(field.min, Math.min(1, field.max));
    case 'number': return Math.max(field.min, 0);
    case 'bool': return true;
    default: return { note: [1, 0.5, null, 'ü'] };
  }
}

export function makeSamples(model) {
  const shapeOf = (field) => model.types.get(field.ref).shape;

  /// Keys in the order of the table, so that text is the same wherever it is made.
  function ordered(shape, body) {
    return Object.fromEntries(shape.fields.filter((f) => body[f.name] !== undefined).map((f) => {
      const value = body[f.name];
      if (f.type !== 'object') return [f.name, value];
      return [f.name, f.list ? value.map((item) => ordered(shapeOf(f), item)) : ordered(shapeOf(f), value)];
    }));
  }

  const written = (shape, field) => shape.examples.find((example) => example[field.name] !== undefined)?.[field.name];
  const element = (field, make) => {
    if (field.type === 'object') return make(shapeOf(field));
    return field.type === 'enum' ? model.types.get(field.ref).values[0] : plain(field);
  };
  const stretch = (field, make) => Array.from({ length: field.list.min }, () => element(field, make));

  function minimal(shape) {
    const choice = shape.oneOf?.at(-1);
    const body = {};
    for (const field of shape.fields) {
      if (!field.required && field.name !== choice) continue;
      const example = written(shape, field);
      if (field.list) body[field.name] = field.type === 'object' || example === undefined ? stretch(field, minimal) : example.slice(0, Math.max(field.list.min, 0));
      else if (field.type === 'object') body[field.name] = minimal(shapeOf(field));
      else body[field.name] = example ?? element(field, minimal);
    }
    return ordered(shape, clone(body));
  }

  function full(shape) {
    const body = {};
    for (const field of shape.fields) {
      if (shape.oneOf?.includes(field.name) && field.name !== shape.oneOf[0]) continue;
      const example = written(shape, field);
      if (field.type === 'object') body[field.name] = field.list ? [full(shapeOf(field)), minimal(shapeOf(field))].slice(0, field.list.max) : full(shapeOf(field));
      else if (example !== undefined) body[field.name] = example;
      else if (field.list) body[field.name] = stretch({ ...field, list: { ...field.list, min: Math.max(1, field.list.min) } }, full);
      else body[field.name] = element(field, full);
    }
    return ordered(shape, clone(body));
  }

  /// Every way one scalar can be wrong: [what, value, code].
  function badScalars(field) {
    const wrong = { str: 7, int: '7', number: '0.5', bool: 1, enum: 7, object: [] }[field.type];
    const cases = field.type === 'json' ? [] : [['wrong type', wrong, 'field.bad'], ['null', null, 'field.bad']];
    if (field.type === 'str') {
      cases.push(['one byte too long', 'x'.repeat(field.max + 1), 'too.large']);
      cases.push(['too long in bytes, not in characters', 'é'.repeat(Math.floor(field.max / 2) + 1), 'too.large']);
      if (field.min > 0) cases.push(['too short', 'x'.repeat(field.min - 1), 'field.bad']);
    } else if (field.type === 'int') {
      cases.push(['a fraction', Math.max(field.min, 0) + 0.5, 'field.bad'], ['below the range', field.min - 1, 'field.bad'], ['above the range', field.max + 1, 'field.bad']);
    } else if (field.type === 'number') {
      cases.push(['below the range', field.min - 1, 'field.bad'], ['above the range', field.max + 1, 'field.bad']);
    } else if (field.type === 'enum') {
      cases.push(['unknown word', 'nonsense', 'field.bad'], ['word with more behind it', `${model.types.get(field.ref).values[0]}x`, 'field.bad']);
    }
    return cases;
  }

  function badLists(field, body) {
    const item = element(field, minimal);
    const cases = [['wrong type', {}, 'field.bad'], ['too many', Array.from({ length: field.list.max + (field.list.multiple > 1 ? field.list.multiple : 1) }, () => item), 'too.large']];
    if (field.list.min > 0) cases.push(['too few', Array.from({ length: field.list.min - 1 }, () => item), 'field.bad']);
    if (field.list.multiple > 1) cases.push(['an odd one out', Array.from({ length: field.list.min + 1 }, () => item), 'field.bad']);
    const fill = body.length > 0 ? body : Array.from({ length: Math.max(1, field.list.min) }, () => item);
    for (const [what, value, code] of badScalars(field)) cases.push([`element: ${what}`, [value, ...fill.slice(1)], code, '/0']);
    return cases;
  }

  /// Bodies with one fault each: {name, d, code, field}.
  function* bad(shape, base = minimal(shape), path = '', wrap = (d) => d) {
    for (const field of shape.fields) {
      const at = `${path}/${field.name}`;
      const with_ = (value) => wrap({ ...base, ...withoutChoices(shape, field), [field.name]: value });
      if (field.required) {
        const { [field.name]: gone, ...rest } = base;
        yield { name: `${at} missing`, d: wrap(rest), code: 'field.bad', field: at };
      }
      const cases = field.list ? badLists(field, base[field.name] ?? []) : badScalars(field);
      for (const [what, value, code, more = ''] of cases) yield { name: `${at} ${what}`, d: with_(value), code, field: `${at}${more}` };
      if (field.type === 'object') {
        const inner = minimal(shapeOf(field));
        const rewrap = field.list ? (d) => with_([d]) : with_;
        yield* bad(shapeOf(field), inner, field.list ? `${at}/0` : at, rewrap);
      }
    }
    if (shape.oneOf) {
      yield { name: `${path || '/'} none of the choices`, d: wrap({}), code: 'field.bad', field: path };
      yield { name: `${path || '/'} two of the choices`, d: wrap(Object.assign({}, ...shape.oneOf.map((name) => {
        const field = shape.fields.find((f) => f.name === name);
        return { [name]: written(shape, field) ?? element(field, minimal) };
      }))), code: 'field.bad', field: path };
    }
  }

  /// A choice under test takes the place of the one in the base.
  function withoutChoices(shape, field) {
    if (!shape.oneOf?.includes(field.name)) return {};
    return Object.fromEntries(shape.oneOf.filter((name) => name !== field.name).map((name) => [name, undefined]));
  }

  return { minimal, full, ordered, bad };
}
