// SPDX-License-Identifier: Apache-2.0
import type { ChatSend, State } from '../../protocol/index.js';
import type { Fault, ThreadRow } from '../../transport/core.js';
import { i18n } from '../../ui/i18n.js';
import { adopt, sheet } from '../../ui/sheet.js';
import type { App } from './app.js';
import { h } from './h.js';
import type { Kid, VNode } from './h.js';
import { helperStyle } from './helper-style.js';
import { englishHelper } from './words-helper.js';

type Kids = (Kid | null)[];

const BY = 'helper';
const PERSON = 'vt:person';

/// The automatic helper as the customer meets it: named as what it is, its questions answered by one tap, switched off by another.
/// The talk with it stands below the place in the line, or in the place of the closed door. Comes with its first line, after the
/// floor's chunk, whose words about the wait it rearranges.
function helper(app: App): void {
  const t = i18n<keyof typeof englishHelper>(englishHelper, app.over);
  const more = app.more!;
  const { row, arrange } = more;
  const name = app.name.bind(app);
  /// Answers on their way: one's own row comes a moment later.
  const chosen = new Map<number, string>();
  let said: boolean | undefined;
  let isLeaving = false;

  adopt(app.host.root, sheet(helperStyle));
  app.name = (who) => (who === BY ? t('helper.name') : name(who));

  const rows = (): readonly ThreadRow[] => app.conv?.rows ?? [];
  const isOn = (): boolean => said ?? (rows().findLast((r) => r.op === 'helper.set')?.d as { on: boolean } | undefined)?.on ?? true;
  /// Somebody is there, or was.
  const isServed = (): boolean => /^(live|away|ended)$/.test(app.conv!.session.state);

  const turn = (on: boolean): void => {
    said = on;
    app.conv!.ask('helper.set', { on }).then(() => app.draw(), (e: Fault) => { said = undefined; app.fail(e); });
    app.draw();
  };

  const answerOf = (cs: number): string | undefined =>
    chosen.get(cs) ?? (rows().find((r) => r.op === 'chat.send' && r.state !== 'failed' && (r.d as ChatSend).re === cs)?.d as ChatSend | undefined)?.body.values?.[0]?.id;

  const choose = (cs: number, id: string, value: string): void => {
    chosen.set(cs, id);
    app.conv!.send('', { kind: 'answer', re: cs, body: { values: [{ id, value }] } });
    // Before the line a person has to be called; from within it they are.
    if (id === PERSON && app.conv!.session.state === 'none' && app.status?.state !== 'closed') app.ask();
  };

  const choice = (cs: number, { text = '', options = [] }: ChatSend['body']): VNode => {
    const answer = answerOf(cs);
    return h('div', { class: 'b', role: 'group', 'aria-label': text }, h('p', { key: 'text' }, text),
      // Somebody has come: what was not answered by then is theirs to ask.
      h('div', { key: 'pick', class: 'pick' }, ...options.filter(({ id }) => !isServed() || answer === id).map(({ id, label }) => h('button', {
        key: id, class: `n ${answer === id ? 'on' : ''}`, 'aria-pressed': String(answer === id), disabled: !!answer || !isOn(), onclick: () => choose(cs, id, label),
      }, label))));
  };

  /// Over the first of its lines in a row; on the newest with the switch.
  const label = (r: ThreadRow): VNode | false => {
    const all = rows().filter((one) => one.op === 'chat.send');
    if (all[all.indexOf(r) - 1]?.by === BY) return false;
    const isNewest = !all.slice(all.indexOf(r)).some((one, i, rest) => one.by === BY && i > 0 && rest[i - 1]!.by !== BY);
    return h('p', { key: 'auto', class: 'q auto' }, h('span', { 'aria-hidden': 'true' }, t('helper.name')),
      isNewest && !isServed() && h('button', { onclick: () => turn(!isOn()) }, t(isOn() ? 'helper.off' : 'helper.on')));
  };

  /// Over a person's first words after it: both stand on the same side.
  const person = (r: ThreadRow): VNode | false => {
    const others = rows().filter((one) => one.op === 'chat.send' && one.by !== app.conv!.me);
    return others[others.indexOf(r) - 1]?.by === BY && h('p', { key: 'who', class: 'q auto', 'aria-hidden': 'true' }, app.name(r.by));
  };

  more.row = (to, r) => {
    const d = r.d as ChatSend;
    if (r.by !== BY) {
      const mine = r.op === 'chat.send' && d.kind === 'answer' && /^(vt|c|a|b):/.test(d.body.values?.[0]?.id ?? '');
      if (mine) return h('span', { class: 'b' }, d.body.values![0]!.value);
      const who = person(r);
      return who ? h('div', null, who, row(to, r) || h('span', { class: 'b' }, d.body.text)) : row(to, r);
    }
    return h('div', null, label(r), d.kind === 'choice' ? choice(r.cs, d.body) : row(to, r) || h('span', { class: 'b' }, d.body.text));
  };

  const leave = (is: boolean): void => {
    isLeaving = is;
    app.draw();
  };

  /// Closed: the talk, with the way to leave a message above it.
  const closed = (kids: Kids, given: Kids): Kids => {
    const door = kids[1] as VNode;
    if (isLeaving) return [h('div', { key: 'back', class: 'bar row' }, h('button', { class: 'n', onclick: () => leave(false) }, t('leaveBack'))), door];
    const shut = door.kids.filter((k) => typeof k !== 'string' && /^(shut|why)$/.test(k.key ?? ''));
    return [h('div', { key: 'held', class: 'held' }, ...shut, h('div', { key: 'ways', class: 'row' }, h('button', { class: 'n', onclick: () => leave(true) }, t('leave')))), ...given];
  };

  more.arrange = (state: State, given) => {
    const kids = arrange?.(state, given) ?? given;
    const first = kids.find((k) => k && typeof k !== 'string') as VNode | undefined;
    if (!rows().some((r) => r.by === BY)) return kids;
    if (/none/.test(state) && (kids[1] as VNode | null)?.key === 'closed') return closed(kids, given);
    isLeaving = false;
    if (!/waiting|claimed/.test(state) || first?.key !== 'wait') return kids;
    const held = first.kids.filter((k) => typeof k !== 'string' && /^(num|soon|kept|notes|ways)$/.test(k.key ?? ''));
    return [h('div', { key: 'held', class: 'held' }, ...held), ...given.slice(1)];
  };
  app.draw();
}

export type Helper = typeof helper;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('helper', helper);
