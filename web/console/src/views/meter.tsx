// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import type { AttentionCount } from '../../../protocol/index.js';
import { clock, icons } from '../../../ui/index.js';
import { now as time } from '../state/clock.js';
import { serverTime } from '../state/line.js';
import type { Talk } from '../state/talk.js';
import { Icon } from './parts.js';

/// How much lies before the customer unanswered, beside where one would send more. Nothing while nothing does.

const KINDS: readonly [kind: keyof AttentionCount, icon: string, one: string, many: string][] = [
  ['pictures', icons.picture, 'picture', 'pictures'], ['pushes', icons.eye, 'piece', 'pieces'], ['prompts', icons.chat, 'question', 'questions'],
];
/// More are a number.
const DOTS_MAX = 8;

function Kind({ icon, words, n, limit }: { icon: string; words: string; n: number; limit: number }): JSX.Element {
  return (
    <span class={n >= limit ? 'meter-kind full' : 'meter-kind'} role="img" aria-label={`${n} of ${limit} ${words} unanswered`} title={`${n} of ${limit} ${words} lie before the customer unanswered`}>
      <Icon d={icon} size={16} />
      {limit > DOTS_MAX ? <span class="meter-n">{n}/{limit}</span> : <span class="meter-dots">{Array.from({ length: limit }, (_, i) => <i key={i} class={i < n ? 'on' : ''} />)}</span>}
    </span>
  );
}

export function Meter({ talk }: { talk: Talk }): JSX.Element | null {
  const now = talk.attention.value;
  const chips = [
    talk.calm.value && <span key="calm" class="meter-chip" title="Only the customer lets them come again"><Icon d={icons.pause} size={14} />Pictures paused</span>,
    now?.quiet !== undefined && now.quiet > serverTime(time.value) && !/live|away/.test(talk.state) && <span key="quiet" class="meter-chip">Quiet until {clock(now.quiet)}</span>,
  ];
  const kinds = now === null ? [] : KINDS.filter(([kind]) => now.waiting[kind] > 0);
  const isFull = now !== null && kinds.some(([kind]) => now.waiting[kind] >= now.limit[kind]);
  const isSpent = now !== null && KINDS.find(([kind]) => now.most[kind] > 0 && now.today[kind] >= now.most[kind]);
  if (kinds.length === 0 && !isSpent && !chips.some(Boolean)) return null;
  return (
    <div class="meter" role="group" aria-label="Before the customer">
      {chips}
      {kinds.map(([kind, icon, one, many]) => <Kind key={kind} icon={icon} words={now!.limit[kind] === 1 ? one : many} n={now!.waiting[kind]} limit={now!.limit[kind]} />)}
      {isSpent ? <span class="meter-word">No more {isSpent[3]} today</span> : isFull && <span class="meter-word">Wait for an answer</span>}
    </div>
  );
}
