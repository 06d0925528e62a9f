// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import type { Guide } from '../../../protocol/index.js';
import { icons } from '../../../ui/index.js';
import { isSomething, learned, openQuestion } from '../lib/helped.js';
import { products } from '../state/catalogue.js';
import type { Talk } from '../state/talk.js';
import { Icon } from './parts.js';

function Rest({ guide }: { guide: Guide }): JSX.Element | null {
  const shown = (guide.shown ?? []).map((sku) => products.value.get(sku)?.title ?? sku);
  return (
    <>
      {shown.length > 0 && <div><dt>Shown</dt><dd><bdi>{shown.join(', ')}</bdi></dd></div>}
      {guide.code && <div><dt>Code</dt><dd>given</dd></div>}
      {guide.quiet && <div><dt>Wants</dt><dd>a person</dd></div>}
      {guide.off && <div><dt>Helper</dt><dd>switched off by the customer</dd></div>}
    </>
  );
}

function Lines({ guide, isShort }: { guide: Guide; isShort: boolean }): JSX.Element {
  return (
    <dl class="page-facts">
      {learned(guide).map(([key, value]) => <div key={key}><dt><bdi>{key}</bdi></dt><dd><bdi>{value}</bdi></dd></div>)}
      {!isShort && <Rest guide={guide} />}
    </dl>
  );
}

function Open({ text }: { text: string }): JSX.Element | null {
  return text === '' ? null : <p class="helped-open"><span class="quiet">Not answered yet: </span><bdi>{text}</bdi></p>;
}

/// What is known, less the question that somebody has answered since.
function known(talk: Talk): Guide | undefined {
  void talk.at.thread.value;
  const { guide } = talk.profile.value;
  return guide && { ...guide, open: openQuestion(guide, talk.conversation.value?.rows ?? []) };
}

/// On top of the thread, one line when there is nothing more to say: what the automatic helper knows by now.
export function Helped({ talk }: { talk: Talk }): JSX.Element | null {
  const guide = known(talk);
  if (!guide || !isSomething(guide)) return null;
  return (
    <section class="helped" aria-label="What the automatic helper learned">
      <Icon d={icons.note} size={16} />
      <div>
        {learned(guide).length > 0 && <p>{learned(guide).map(([, value]) => value).join(' · ')}</p>}
        <Open text={guide.open ?? ''} />
        {guide.why && <p class="trouble">Your own bot did not answer: {guide.why} The built-in helper goes on.</p>}
      </div>
    </section>
  );
}

/// The same in the right column, question by question.
export function HelpedFacts({ talk }: { talk: Talk }): JSX.Element | null {
  const guide = known(talk);
  if (!guide || !(isSomething(guide) || guide.quiet || guide.off)) return null;
  return (
    <section class="about" aria-labelledby="helped-title">
      <h3 id="helped-title">Told the automatic helper</h3>
      <Lines guide={guide} isShort={false} />
      <Open text={guide.open ?? ''} />
    </section>
  );
}
