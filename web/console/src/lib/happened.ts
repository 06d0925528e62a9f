// SPDX-License-Identifier: Apache-2.0

import type { ChatSend, Order, Watch } from '../../../protocol/index.js';
import { money } from '../../../ui/formats.js';

/// What else than messages stands in a thread, in words; and what an answer or a vote belongs to. Pure.

export interface Row {
  op: string;
  by: string;
  cs: number;
  d: unknown;
}

type Name = (who: string) => string;
/// Staff by id, where a row names one.
type Person = (id: string) => string;
/// Queues by id.
type Queue = (id: string) => string;

const outcomes: Record<string, string> = {
  sold: 'sold', reserved: 'reserved', appointment: 'appointment made', answered: 'answered', unresolved: 'unresolved', spam: 'spam',
};
export { outcomes };

const why: Record<string, string> = { expired: 'did not answer in time', busy: 'is busy' };
const text = (value: unknown): string => (typeof value === 'string' && value !== '' ? ` “${value}”` : '');

function transfer(by: string, d: Record<string, unknown>, person: Person, queue: Queue): string {
  const to = d['queue'] ? `into the line ${queue(String(d['queue']))}` : `to ${String(d['name'] ?? person(String(d['to'])))}`;
  return `${by === 'You' ? 'You hand' : `${by} hands`} over ${to}.${text(d['note'])}`;
}

/// That there is a recap and that it is being mailed is not worth a line; what came of its mails is.
const recaps: Record<string, string> = {
  sent: 'The recap’s mail has left.',
  delayed: 'The customer’s mail server does not take the recap yet; it is tried again.', failed: 'The recap’s mail could not be delivered.',
};

const refusals: Record<string, string> = {
  stock: 'it is out of stock, says the shop', unknown: 'the shop does not know it', timeout: 'nobody answered in time', gone: 'the page was gone',
  failed: 'the shop could not do it',
};

/// Into the bag, out of it, or not: the page's own answer, and on whose word.
function bag(op: string, by: string, d: Record<string, unknown>, name: Name): string {
  const n = Number(d['qty']);
  const piece = `${op === 'cart.add' && n > 1 ? `${n} × ` : ''}${String(d['name'] ?? d['sku'])}`;
  const own = by === 'c';
  if (d['success'] !== true) {
    const why = refusals[String(d['reason'])] ?? (own ? 'the shop’s page refused' : 'the customer said no, or the page did');
    return op === 'cart.add' ? `${piece} is not in the bag: ${why}.` : `${piece}: the bag stays as it is: ${why}.`;
  }
  const did = op === 'cart.add' ? 'is in the bag now' : n === 0 ? 'is out of the bag' : `is in the bag ${n} times`;
  return own ? `${piece} ${did}.` : `${piece} ${did}, as ${name(by) === 'You' ? 'you' : name(by)} proposed.`;
}

/// Who says that it was bought.
export const sources: Record<Order['source'], string> = { page: 'as the page says it', signed: 'signed by the shop', shop: 'told by the shop' };

const left = ({ value, back }: Order): number => Number(value) - Number(back ?? 0);

/// "Ordered: 1,290 € (MV-22)", and of what it was given back.
export function ordered(d: Order): string {
  return `Ordered: ${money(d.value, d.currency)} (${d.reference}), ${sources[d.source]}.`;
}

function returned(d: Order): string {
  return left(d) <= 0 ? `Order ${d.reference} was given back.` : `Of order ${d.reference} ${money(d.back ?? 0, d.currency)} were given back; ${money(left(d), d.currency)} are left.`;
}

/// Why an order counts for whom, in a sentence.
export function creditOf({ rule, days, of: among, credit = [] }: Order): string {
  if (credit.length === 0) return `Credited to nobody: no session with an associate in the ${days} days before it.`;
  const who = [...new Set(credit.map((c) => c.associate ?? 'somebody who left'))].join(', ');
  if (among === 1) return `Credited to ${who}: the one session in ${days} days.`;
  return `Credited to ${who}: ${rule === 'split' ? `${among} sessions in ${days} days, in equal parts` : `the ${rule} of ${among} sessions in ${days} days`}.`;
}

/// What was asked to be told of later, by whom, and that it was.
function watched(op: string, { stock, price, title, sku, mail, cost, currency }: Watch): string {
  const piece = title ?? sku;
  const what = [stock && 'can be had again', price && 'costs less'].filter(Boolean).join(' or ');
  if (op === 'watch.ask') return `Offered to tell them when ${piece} ${what}. They decide.`;
  if (op === 'watch.note') return `They were told: ${piece} ${[stock && 'can be had again', price && `costs less: ${money(cost ?? 0, currency ?? 'EUR')}`].filter(Boolean).join(', ')}.`;
  return what === '' ? `No more notes about ${piece}.` : `They want to be told when ${piece} ${what}${mail ? ', by mail too' : ''}.`;
}

/// One sentence for a row that is no message; null: it is not worth a line.
export function happened({ op, by, d: body }: Row, name: Name, person: Person, queue: Queue = String): string | null {
  const d = (body ?? {}) as Record<string, unknown>;
  switch (op) {
    case 'transfer.ask': return transfer(name(by), d, person, queue);
    case 'transfer.answer': return d['ok'] === true ? `${String(d['name'] ?? name(by))} has taken over.` : `${String(d['name'] ?? 'The colleague')} ${why[String(d['why'])] ?? 'could not take over'}.`;
    case 'session.close': return `Wrapped up${d['outcome'] ? `: ${outcomes[String(d['outcome'])] ?? String(d['outcome'])}` : ''}.${text(d['note'])}`;
    case 'rating.give': return `Rated ${Number(d['stars'])} of 5.${text(d['text'])}`;
    case 'chat.contact': return `Answer wanted by mail at ${String(d['email'])}.`;
    case 'helper.set': return `The customer switched the automatic helper ${d['on'] === true ? 'on' : 'off'}.`;
    case 'cart.add': case 'cart.update': return bag(op, by, d, name);
    case 'chat.calm': return d['on'] === true ? 'The customer has paused pictures.' : 'The customer lets pictures come again.';
    case 'offer.take': return 'The customer has taken the offer.';
    case 'offer.drop': return 'The offer was taken back.';
    case 'order.done': return ordered(body as Order);
    case 'order.back': return returned(body as Order);
    case 'watch.ask': case 'watch.set': case 'watch.note': return watched(op, body as Watch);
    case 'recap.state': return recaps[String(d['state'])] ?? null;
    default: return null;
  }
}

export interface Tally {
  slot: number;
  yes: number;
  no: number;
}

/// How a poll stands: the last vote of each person and slot counts.
export function votes(rows: readonly Row[], poll: number, slots: readonly number[]): Tally[] {
  const last = new Map<string, { slot: number; value: number }>();
  for (const { op, by, d } of rows) {
    const vote = d as { poll: number; slot: number; value: number };
    if (op === 'guest.vote' && vote.poll === poll) last.set(`${by} ${vote.slot}`, vote);
  }
  const given = [...last.values()];
  return slots.map((slot) => ({
    slot, yes: given.filter((v) => v.slot === slot && v.value > 0).length, no: given.filter((v) => v.slot === slot && v.value < 0).length,
  }));
}

/// An answer's values with the labels of what was asked: a choice's option has no label of its own to show.
export function answers(answer: ChatSend, asked: ChatSend | undefined): { label: string; value: string }[] {
  const labels = new Map((asked?.body.fields ?? []).map((f) => [f.id, f.label]));
  const options = new Map((asked?.body.options ?? []).map((o) => [o.id, o.label]));
  return (answer.body.values ?? []).map(({ id, value }) => ({ label: labels.get(id) ?? '', value: value ?? options.get(id) ?? id }));
}
