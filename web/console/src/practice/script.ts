// SPDX-License-Identifier: Apache-2.0

/// The practice's script as plain values: the steps, what counts as having done them, what is said at the end. No DOM, no
/// link; run.ts feeds it with what was seen on the wire.

export type Fact =
  | 'claimed' | 'missed' | 'said' | 'shown' | 'closer' | 'marked' | 'noted' | 'canned' | 'card' | 'handed' | 'back'
  | 'ended' | 'outcome' | 'labelled';

export interface Step {
  id: string;
  title: string;
  /// What to do, and with which keys.
  hint: string;
  /// All of them make it done.
  needs: readonly Fact[];
  /// What the customer says when this step comes up.
  says?: string;
  /// How to do it next time, where it was missed.
  missed: string;
}

export const steps: readonly Step[] = [
  { id: 'claim', title: 'Claim the customer', needs: ['claimed'],
    hint: 'A card with a countdown asks for you. Press Claim, or Alt+Enter from anywhere.',
    missed: 'A customer who asks is offered by a card. Claim it before its time is over, else a colleague is asked.' },
  { id: 'greet', title: 'Say hello', needs: ['said'], says: 'Hello?',
    hint: 'Write a greeting and send it with Enter. On the phone you would read out the reference number under the name.',
    missed: 'Greet first: the customer sees your first name and waits for a word.' },
  { id: 'show', title: 'Show the piece', needs: ['shown'], says: 'Hi! I have been looking at this one for a while. Can we look at it together?',
    hint: 'Press “Show what they look at” over the picture (on a phone under “Piece”), or find any piece in the catalogue (Ctrl+K) and show it.',
    missed: '“Show what they look at” opens the piece on both screens at once.' },
  { id: 'closer', title: 'Go closer, or point', needs: ['closer'], says: 'Lovely. I cannot make out the setting from here.',
    hint: 'Press “Closer” in the viewer (or + on the keyboard, or the wheel), or choose “Point” and move over the picture. Robin sees the same.',
    missed: 'In the viewer, + and − zoom for both of you; “Point” shows where you mean.' },
  { id: 'mark', title: 'Mark a detail', needs: ['marked'], says: 'And where would the hallmark be?',
    hint: 'Choose “Draw”, “Circle” or “Arrow” in the viewer and draw on the picture.',
    missed: 'What you draw on the picture stays there, and goes into the recap.' },
  { id: 'note', title: 'Keep a private note', needs: ['noted'], says: 'It is for my sister, she must not hear of it. Up to 1,500.',
    hint: 'Choose “Private note” over the message field and write the budget down. Only your team reads it.',
    missed: '“Private note” is for the team: the next colleague reads there what the customer has told you.' },
  { id: 'canned', title: 'Use a canned reply', needs: ['canned'], says: 'How does delivery work with you?',
    hint: 'Type / in an empty message and choose a reply with the arrow keys, then Enter twice: to take it and to send it.',
    missed: 'A / in an empty message lists the shop’s canned replies.' },
  { id: 'card', title: 'Send a product card', needs: ['card'], says: 'Good. Could you send me the details, to keep?',
    hint: 'Open the catalogue (Ctrl+K), find the piece and press “Send card”. It has picture, price and stock.',
    missed: 'In the catalogue, “Send card” puts a card with picture and price into the thread.' },
  { id: 'hand', title: 'Hand over', needs: ['handed', 'back'], says: 'One more thing: does somebody of yours do engravings?',
    hint: 'In the customer’s column press “Hand over”, choose the line “Practice” and add a note. Then claim Robin again, as your colleague would.',
    missed: '“Hand over” asks a colleague, or puts the customer back into a line at their old place, with your note.' },
  { id: 'end', title: 'End and wrap up', needs: ['ended', 'outcome', 'labelled'], says: 'That was all. Thank you for your time!',
    hint: 'Press “End session”. Then say how it came out, and give the conversation a label.',
    missed: 'After the end, an outcome and a label are what reports and searches find.' },
];

export interface Practice {
  did: ReadonlySet<Fact>;
  /// Steps gone past without having done them.
  skipped: ReadonlySet<string>;
}

export const begun: Practice = { did: new Set(), skipped: new Set() };

export const isDone = (step: Step, { did }: Practice): boolean => step.needs.every((fact) => did.has(fact));

/// The first step that is neither done nor skipped; -1: all are behind.
export const at = (p: Practice): number => steps.findIndex((step) => !isDone(step, p) && !p.skipped.has(step.id));

export const skip = (p: Practice, id: string): Practice => ({ ...p, skipped: new Set(p.skipped).add(id) });

/// What happens before somebody has the customer, or after the end, does not count as done; an end leaves behind what only a
/// session can do.
export function happened(p: Practice, fact: Fact): Practice {
  const { did } = p;
  const early = fact !== 'claimed' && fact !== 'missed' && !did.has('claimed');
  if (early || did.has(fact) || (fact === 'back' && !did.has('handed'))) return p;
  const next: Practice = { ...p, did: new Set(did).add(fact) };
  if (fact !== 'ended') return next;
  const lost = steps.filter((one) => one.id !== 'end' && !isDone(one, next)).map((one) => one.id);
  return lost.reduce(skip, next);
}

/// What of a step is still to do, where it has several parts.
const parts: Partial<Record<Fact, string>> = {
  handed: 'hand over to “Practice”', back: 'claim Robin again', ended: 'end the session', outcome: 'save the outcome', labelled: 'add a label',
};
export const open = (step: Step, { did }: Practice): string[] =>
  step.needs.filter((fact) => !did.has(fact)).map((fact) => parts[fact]).filter((words) => words !== undefined);

export interface Row { op: string; by: string; state: string; d: unknown }

/// What a thread shows that the customer cannot see or cannot tell apart. `canned`: the replies as they would be sent.
export function read(rows: readonly Row[], me: string, canned: readonly string[]): Fact[] {
  const facts = new Set<Fact>();
  for (const { op, by, state, d } of rows) {
    if (by !== me || state !== 'sent') continue;
    const said = d as { kind?: string; body?: { text?: string }; outcome?: string; add?: string[]; labels?: string[] };
    if (op === 'session.close' && said.outcome !== undefined) facts.add('outcome');
    if ((op === 'label.set' && (said.add ?? []).length > 0) || (op === 'session.close' && (said.labels ?? []).length > 0)) facts.add('labelled');
    if (op !== 'chat.send') continue;
    if (said.kind === 'note') facts.add('noted');
    if (said.kind === 'product') facts.add('card');
    if (said.kind !== 'text') continue;
    facts.add('said');
    if (canned.includes((said.body?.text ?? '').trim())) facts.add('canned');
  }
  return [...facts];
}

/// Whether a question of the customer's has an answer in words: where there are no canned replies, that has to do.
export function answered(rows: readonly Row[], me: string, question: string): boolean {
  const words = (row: Row): string | undefined => {
    const { kind, body } = row.d as { kind?: string; body?: { text?: string } };
    return row.op === 'chat.send' && kind === 'text' ? body?.text : undefined;
  };
  const asked = rows.findLastIndex((row) => row.by === 'c' && words(row) === question);
  return asked >= 0 && rows.slice(asked).some((row) => row.by === me && row.state === 'sent' && words(row) !== undefined);
}

export interface Report {
  done: number;
  of: number;
  missed: readonly Step[];
  /// The first card was let go.
  late: boolean;
}

export function report(p: Practice): Report {
  const missed = steps.filter((step) => !isDone(step, p));
  return { done: steps.length - missed.length, of: steps.length, missed, late: p.did.has('missed') };
}
