// SPDX-License-Identifier: Apache-2.0

import { createViewer, type Viewer } from '../../../viewer/index.js';
import { sheet } from '../../../ui/index.js';
import type { Conversation } from '../../../transport/index.js';
import { say } from '../state/say.js';
import type { Talk } from '../state/talk.js';
import { pictureUrl } from './parts.js';

const fill = sheet(':host{display:block}.fill{height:100%}');

/// The viewer brings its own styles with short names, as in the widget: a shadow root keeps them from ours and ours from them.
function shadow(host: HTMLElement): HTMLElement {
  const root = document.createElement('div');
  root.className = 'fill';
  const tree = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  tree.adoptedStyleSheets = [fill];
  tree.replaceChildren(root);
  return root;
}

/// Puts a viewer into `host` for one conversation and wires the two together; returns the undo. The conversation keeps the
/// state, so a viewer may go and come with the focus.
export function hostViewer(host: HTMLElement, talk: Talk, conversation: Conversation): () => void {
  const root = shadow(host);
  const viewer: Viewer = createViewer({
    root,
    me: conversation.me,
    src: pictureUrl,
    iiif: '/iiif/3/',
    names: (who) => (who === conversation.me ? 'You' : conversation.people.get(who)?.name || 'Visitor'),
    wish: conversation.viewer,
  });
  viewer.narrate = say;
  viewer.apply(conversation.view);
  const undo = [
    conversation.on('view', (view) => viewer.apply(view)),
    conversation.on('view.patch', (patch) => viewer.patch(patch)),
    conversation.on('motion', (m) => viewer.motion(m)),
    conversation.on('pointer', ({ who, ...p }) => viewer.pointer(who, p)),
    conversation.on('stroke', ({ who, ...d }) => viewer.stroke(who, d)),
    conversation.on('mark', (mark) => viewer.mark(mark)),
    conversation.on('marks.drop', (marks) => viewer.dropMarks(marks)),
    conversation.on('people', () => {
      for (const person of conversation.people.values()) if (person.at === 'gone' || person.at === 'away') viewer.gone(person.who);
    }),
    conversation.on('view.patch', () => { talk.stageFault.value = null; }),
  ];
  return () => {
    for (const f of undo) f();
    viewer.destroy();
  };
}
