// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import type { ChatSend } from '../../../protocol/index.js';
import { elapsed } from '../../../ui/index.js';
import { isMine } from '../state/desk.js';
import { playFilm } from '../state/films.js';
import { cannotShow } from '../state/show.js';
import type { Talk } from '../state/talk.js';

/// A film's address. Its name carries its grant, which goes behind the path.
export const filmUrl = (media: string, ending: 'mp4' | 'jpg'): string => {
  const [id = '', grant = ''] = media.split('?');
  return `/v/${encodeURIComponent(id)}.${ending}?${grant}`;
};

/// A film of the thread: played here alone, or in front of both.
export function FilmCard({ body, talk }: { body: ChatSend['body']; talk: Talk }): JSX.Element {
  const media = body.media ?? '';
  const why = cannotShow(talk, isMine.value);
  return (
    <div class="film-card">
      <video controls playsInline preload="none" poster={filmUrl(media, 'jpg')} src={filmUrl(media, 'mp4')} aria-label={body.text || 'Film sent in the chat'} />
      <span class="film-line"><span class="quiet">Film{body.seconds !== undefined && ` · ${elapsed(body.seconds * 1000)}`}</span>
        {why === null && <button type="button" class="vt-button" onClick={() => void playFilm(talk, media, body.text)}>Play for both</button>}</span>
      {body.text && <p class="said" dir="auto">{body.text}</p>}
    </div>
  );
}
