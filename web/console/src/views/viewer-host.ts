// SPDX-License-Identifier: Apache-2.0

import { createViewer, type Viewer } from '../../../viewer/index.js';
import type { Conversation } from '../../../transport/index.js';
import { say } from '../state/say.js';
import type { Talk } from '../state/talk.js';
import { pictureUrl } from './parts.js';

/// Puts a viewer into `root` for one conversation and wires the two together; returns the undo. The conversation keeps the
/// state, so a viewer may go and come with the focus.
export function hostViewer(root: HTMLElement, talk: Talk, conversation: Conversation): () => void {
  const viewer: Viewer = createViewer({
    root,
    me: conversation.me,
    src: pictureUrl,
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
    talk.at.view.subscribe(() => { talk.stageFault.value = null; }),
  ];
  return () => {
    for (const f of undo) f();
    viewer.destroy();
  };
}
