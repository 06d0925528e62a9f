// SPDX-License-Identifier: Apache-2.0

/// Refusals of the server in words for the person at the console: what happened and what to do next. Codes come from
/// protocol/errors.json; the wire's own `msg` is for developers and never shown.

export interface Refusal {
  code?: string;
  /// Where in the request, as "/d/price".
  field?: string;
  after?: number;
}

const words: Record<string, string> = {
  'cap.reached': 'You have as many live conversations as you may have at once. End one, then take this customer.',
  'claim.gone': 'A colleague has taken this customer, or the customer left.',
  'attention.full': 'As much as the shop allows lies before the customer. Wait for a word or a touch of theirs, then go on.',
  'attention.calm': 'The customer has paused pictures. Only they let them come again; words still reach them.',
  'attention.quiet': 'These are the shop’s quiet hours, and the customer is not here. A message can be left.',
  'consent.missing': 'The customer has not allowed that, or no longer does.',
  'driver.other': 'The customer is moving the view just now. Wait a moment, or take over.',
  'view.stale': 'The view has moved on. This is how it is now.',
  'state.wrong': 'That is not possible in the present state of the session.',
  'role.forbidden': 'Your role does not allow that.',
  'ask.expired': 'That question has run out. Ask once more.',
  'not.found': 'That is not there any more.',
  'too.large': 'That is too long. Send it in two messages.',
  'field.bad': 'The server did not accept that. Nothing was sent; check it and try again.',
  'rate.limited': 'That was too fast. Wait a moment and try again.',
  'overloaded': 'The server is busy. Try again in a moment.',
  'store.unavailable': 'Nothing can be saved just now. Your text is kept here; it was not sent.',
  'store.full': 'The server has no room to save this. Your text is kept here; tell whoever runs it.',
  'queue.closed': 'The queue is closed.',
  'op.unknown': 'This server is older than the console and cannot do that.',
  'moved': 'The conversation is moving to another machine. Try again in a moment.',
};

/// Faults of the link itself, where no server answered.
const local: Record<string, string> = {
  'offline': 'There is no line to the server. It is sent when the line is back.',
  'ended': 'The line to the server has ended. Nothing was sent; your text is kept here.',
};

export function explain(fault: unknown): string {
  const { code, after, field } = (fault ?? {}) as Refusal;
  const what = field?.split('/').filter((part) => part !== 'd' && !/^\d*$/.test(part)).join(', ');
  if (code === 'field.bad' && what) return `The server did not accept this: ${what}. Nothing was sent; check it and try again.`;
  const text = (code !== undefined && (words[code] ?? local[code])) || 'That did not work. Try again.';
  if (code === 'rate.limited' && after !== undefined && after >= 2000)
    return `That was too fast. Wait ${Math.ceil(after / 1000)} seconds and try again.`;
  return text;
}
