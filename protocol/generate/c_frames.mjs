// SPDX-License-Identifier: Apache-2.0
/// Writes protocol/c/frames.{h,c}: one struct, one get and one put for each binary frame.

import { HEAD } from './c.mjs';

const C_TYPES = { u8: 'uint8_t', u16: 'uint16_t', u32: 'uint32_t', i8: 'int8_t', i16: 'int16_t', i32: 'int32_t' };
const WIDTH = { u8: 1, i8: 1, u16: 2, i16: 2, u32: 4, i32: 4 };

const note = (field) => [field.description, field.unit].filter(Boolean).join(' ');
const member = (field, indent) => `${indent}${C_TYPES[field.type]} ${field.name};${note(field) ? ` /* ${note(field)} */` : ''}`;

function structText(frame) {
  const { list, rest } = frame;
  const item = list ? `struct vt_bin_${frame.lower}_${list.name} {\n${list.fields.map((f) => member(f, '    ')).join('\n')}\n};\n` : '';
  const tail = list ? `\n    uint8_t ${list.name}_n; /* at most ${list.max} */\n    struct vt_bin_${frame.lower}_${list.name} ${list.name}[${list.max}];` : '';
  const bytes = rest ? `\n    const uint8_t *${rest.name}; /* borrowed from the frame */\n    size_t ${rest.name}_n; /* at most ${rest.max} */` : '';
  return `/* ${frame.description} */\n${item}struct vt_bin_${frame.lower} {\n${frame.fields.map((f) => member(f, '    ')).join('\n')}${tail}${bytes}\n};
/* Takes the bytes behind the head. VT_OK, or VT_ERR_FRAME_BAD: wrong length or a value out of range. */
int vt_bin_${frame.lower}_get(const uint8_t *body, size_t n, struct vt_bin_${frame.lower} *ret);
/* Writes the bytes behind the head; 0 when \`cap\` is too small. At most VT_BIN_${frame.id}_BYTES_MAX. */
size_t vt_bin_${frame.lower}_put(uint8_t *out, size_t cap, const struct vt_bin_${frame.lower} *frame);
#define VT_BIN_${frame.id}_BYTES ${frame.bodyBytes}
#define VT_BIN_${frame.id}_BYTES_MAX ${frame.bodyBytes + (list ? list.max * list.itemBytes : 0) + (rest ? rest.max : 0)}
`;
}

export function framesH(model) {
  const pairs = (entries) => entries.map(([name, value]) => `VT_BIN_${name} = ${value}`).join(', ');
  const { channels, flags, headBytes } = model.wire;
  return HEAD('protocol/frames.json') + `#ifndef VT_PROTOCOL_FRAMES_H
#define VT_PROTOCOL_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ${pairs(model.frames.map((frame) => [frame.id, frame.type]))} };
enum { ${pairs(Object.entries(flags))} };
enum { VT_BIN_CHAN_FIRST = ${channels.first}, VT_BIN_CHAN_LAST = ${channels.last} };
#define VT_BIN_HEAD_BYTES ${headBytes}

/* The 12 bytes before every frame: type, flags, channel, number in the channel, writer's clock in ms. */
struct vt_bin_head {
    uint8_t type, flags;
    uint16_t chan;
    uint32_t seq, ts;
};

/* VT_OK, or VT_ERR_FRAME_BAD: too short, or a channel above the last. Unknown types are the caller's to judge. */
int vt_bin_head_get(const uint8_t *p, size_t n, struct vt_bin_head *ret);
/* Writes VT_BIN_HEAD_BYTES. */
void vt_bin_head_put(uint8_t *p, const struct vt_bin_head *head);

/* The frames of one binary message: one, or with VT_BIN_MORE in its flags others behind it, each
 * after its length as u16. The first has no length of its own, so a type whose list fills the frame
 * cannot come first. Borrows the bytes. */
struct vt_bin_message {
    const uint8_t *at, *end;
    bool is_started;
};
void vt_bin_message_init(struct vt_bin_message *message, const uint8_t *p, size_t n);
/* VT_OK: a head, and the bytes behind it. 1: no more. VT_ERR_FRAME_BAD: broken, ends here. */
int vt_bin_message_next(struct vt_bin_message *message, struct vt_bin_head *ret_head,
                        const uint8_t **ret_body, size_t *ret_n);

${model.frames.map(structText).join('\n')}
#endif
`;
}

const read = (field, from) => (WIDTH[field.type] === 1 ? `(${C_TYPES[field.type]})${from}[${field.at}]`
  : `${field.type[0] === 'i' ? `(${C_TYPES[field.type]})` : ''}get_${field.type.replace('i', 'u')}(${from} + ${field.at})`);
const write = (field, to, from) => (WIDTH[field.type] === 1 ? `${to}[${field.at}] = (uint8_t)${from}${field.name};`
  : `put_${field.type.replace('i', 'u')}(${to} + ${field.at}, ${field.type[0] === 'i' ? `(${C_TYPES[field.type.replace('i', 'u')]})` : ''}${from}${field.name});`);

function lengthCheck(frame) {
  const { list, rest } = frame;
  if (rest) return `    if (n < ${frame.bodyBytes} || n - ${frame.bodyBytes} > ${rest.max})\n        return VT_ERR_FRAME_BAD;\n`;
  if (!list) return `    if (n != ${frame.bodyBytes})\n        return VT_ERR_FRAME_BAD;\n`;
  if (list.count) {
    return `    if (n < ${frame.bodyBytes} || body[${list.count.at}] > ${list.max} || n != ${frame.bodyBytes} + (size_t)body[${list.count.at}] * ${list.itemBytes})\n        return VT_ERR_FRAME_BAD;\n`;
  }
  return `    if (n < ${frame.bodyBytes} || (n - ${frame.bodyBytes}) % ${list.itemBytes} != 0 || (n - ${frame.bodyBytes}) / ${list.itemBytes} > ${list.max})\n        return VT_ERR_FRAME_BAD;\n`;
}

function rangeChecks(frame) {
  return frame.fields.flatMap((field) => [
    ...(field.max !== undefined ? [`    if (frame.${field.name} > ${field.max})\n        return VT_ERR_FRAME_BAD;\n`] : []),
    ...(field.min !== undefined ? [`    if (frame.${field.name} < ${field.min})\n        return VT_ERR_FRAME_BAD;\n`] : []),
  ]).join('');
}

/// The body's own length where it does not fill the frame.
function ownBytes(frame) {
  const { list, rest } = frame;
  if (rest) return '';
  if (!list) return `    case VT_BIN_${frame.id}:\n        return ${frame.bodyBytes};\n`;
  if (!list.count) return '';
  return `    case VT_BIN_${frame.id}:\n        return n < ${frame.bodyBytes} ? 0 : ${frame.bodyBytes} + (size_t)body[${list.count.at}] * ${list.itemBytes};\n`;
}

const messageText = (model) => `/* Bytes of a body by what it says itself; 0 when only its end would tell. */
static size_t own_bytes(uint8_t type, const uint8_t *body, size_t n)
{
    switch (type) {
${model.frames.map(ownBytes).join('')}    default:
        return (void)body, (void)n, 0;
    }
}

void vt_bin_message_init(struct vt_bin_message *message, const uint8_t *p, size_t n)
{
    *message = (struct vt_bin_message){ .at = p, .end = p + n };
}

/* Where the next frame ends; NULL when the message is broken. Moves \`at\` past a length. */
static const uint8_t *frame_end(struct vt_bin_message *message)
{
    const size_t rest = (size_t)(message->end - message->at);
    if (message->is_started) {
        const size_t n = rest < 2 ? SIZE_MAX : get_u16(message->at);
        message->at += rest < 2 ? 0 : 2;
        return n <= (size_t)(message->end - message->at) ? message->at + n : NULL;
    }
    if (rest < VT_BIN_HEAD_BYTES || !(message->at[1] & VT_BIN_MORE))
        return message->end;
    const size_t n = own_bytes(message->at[0], message->at + VT_BIN_HEAD_BYTES, rest - VT_BIN_HEAD_BYTES);
    return n > 0 && n <= rest - VT_BIN_HEAD_BYTES ? message->at + VT_BIN_HEAD_BYTES + n : NULL;
}

int vt_bin_message_next(struct vt_bin_message *message, struct vt_bin_head *ret_head,
                        const uint8_t **ret_body, size_t *ret_n)
{
    if (message->is_started && message->at == message->end)
        return 1;
    const uint8_t *end = frame_end(message);
    const uint8_t *at = message->at;
    message->is_started = true;
    message->at = end ? end : message->end;
    if (!end || vt_bin_head_get(at, (size_t)(end - at), ret_head)) {
        message->at = message->end;
        return VT_ERR_FRAME_BAD;
    }
    *ret_body = at + VT_BIN_HEAD_BYTES;
    *ret_n = (size_t)(end - at) - VT_BIN_HEAD_BYTES;
    return VT_OK;
}
`;

function getText(frame) {
  const { list } = frame;
  const count = list && (list.count ? `body[${list.count.at}]` : `(uint8_t)((n - ${frame.bodyBytes}) / ${list.itemBytes})`);
  const loop = list ? `    frame.${list.name}_n = ${count};
    for (size_t i = 0; i < frame.${list.name}_n; i++) {
        const uint8_t *p = body + ${frame.bodyBytes} + i * ${list.itemBytes};
${list.fields.map((f) => `        frame.${list.name}[i].${f.name} = ${read(f, 'p')};`).join('\n')}
    }
` : '';
  const bytes = frame.rest ? `    frame.${frame.rest.name} = body + ${frame.bodyBytes};\n    frame.${frame.rest.name}_n = n - ${frame.bodyBytes};\n` : '';
  return `int vt_bin_${frame.lower}_get(const uint8_t *body, size_t n, struct vt_bin_${frame.lower} *ret)
{
${lengthCheck(frame)}    struct vt_bin_${frame.lower} frame = { 0 };
${frame.fields.map((f) => `    frame.${f.name} = ${read(f, 'body')};`).join('\n')}
${rangeChecks(frame)}${loop}${bytes}    *ret = frame;
    return VT_OK;
}
`;
}

function putText(frame) {
  const { list, rest } = frame;
  const size = list ? `${frame.bodyBytes} + (size_t)frame->${list.name}_n * ${list.itemBytes}` : rest ? `${frame.bodyBytes} + frame->${rest.name}_n` : String(frame.bodyBytes);
  const filled = list ?? rest;
  const bytes = rest ? `    if (frame->${rest.name}_n > 0)\n        memcpy(out + ${frame.bodyBytes}, frame->${rest.name}, frame->${rest.name}_n);\n` : '';
  const check = filled ? `    if (frame->${filled.name}_n > ${filled.max} || cap < size)` : '    if (cap < size)';
  const count = list?.count ? `    out[${list.count.at}] = frame->${list.name}_n;\n` : '';
  const loop = list ? `${count}    for (size_t i = 0; i < frame->${list.name}_n; i++) {
        uint8_t *p = out + ${frame.bodyBytes} + i * ${list.itemBytes};
${list.fields.map((f) => `        ${write(f, 'p', `frame->${list.name}[i].`)}`).join('\n')}
    }
` : '';
  return `size_t vt_bin_${frame.lower}_put(uint8_t *out, size_t cap, const struct vt_bin_${frame.lower} *frame)
{
    const size_t size = ${size};
${check}
        return 0;
    memset(out, 0, ${rest ? frame.bodyBytes : 'size'});
${frame.fields.map((f) => `    ${write(f, 'out', 'frame->')}`).join('\n')}
${loop}${bytes}    return size;
}
`;
}

export function framesC(model) {
  return HEAD('protocol/frames.json') + `#include "protocol/c/frames.h"

#include <string.h>

#include "protocol/c/errors.h"
#include "server/base/err.h"

static uint16_t get_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t get_u32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put_u16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static void put_u32(uint8_t *p, uint32_t v)
{
    put_u16(p, (uint16_t)v);
    put_u16(p + 2, (uint16_t)(v >> 16));
}

int vt_bin_head_get(const uint8_t *p, size_t n, struct vt_bin_head *ret)
{
    if (n < VT_BIN_HEAD_BYTES || get_u16(p + 2) > VT_BIN_CHAN_LAST)
        return VT_ERR_FRAME_BAD;
    *ret = (struct vt_bin_head){
        .type = p[0], .flags = p[1], .chan = get_u16(p + 2), .seq = get_u32(p + 4), .ts = get_u32(p + 8)
    };
    return VT_OK;
}

void vt_bin_head_put(uint8_t *p, const struct vt_bin_head *head)
{
    p[0] = head->type;
    p[1] = head->flags;
    put_u16(p + 2, head->chan);
    put_u32(p + 4, head->seq);
    put_u32(p + 8, head->ts);
}

${messageText(model)}
${model.frames.map((frame) => `${getText(frame)}\n${putText(frame)}`).join('\n')}`;
}
