// SPDX-License-Identifier: Apache-2.0

import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX, RefObject } from 'preact';
import { icons } from '../../../ui/index.js';
import { begin, end, moment, MOST_SECONDS, size, slide, whole, type Cut } from '../lib/cut.js';
import { cutting, sendCut } from '../state/pictures.js';
import { closeSheet, Dialog } from './dialog.js';
import { Icon } from './parts.js';

const FRAMES = 10;
const STEP = 0.1;
const LEAP = 1;

type Set = (change: (cut: Cut) => Cut) => void;

/* --- what it shows ----------------------------------------------------------------------------------------- */

/// Frames of the clip side by side, from a second player: the one in sight stays where it is.
function paint(url: string, canvas: HTMLCanvasElement, length: number): () => void {
  const video = document.createElement('video');
  const pen = canvas.getContext('2d');
  let at = 0;
  video.muted = true;
  video.preload = 'auto';
  video.playsInline = true;
  video.onseeked = () => {
    const width = canvas.width / FRAMES;
    const scale = Math.max(width / video.videoWidth, canvas.height / video.videoHeight);
    const [w, h] = [width / scale, canvas.height / scale];
    pen?.drawImage(video, (video.videoWidth - w) / 2, (video.videoHeight - h) / 2, w, h, at * width, 0, width, canvas.height);
    if (++at < FRAMES) video.currentTime = (length * (at + 0.5)) / FRAMES;
  };
  video.onloadeddata = () => { video.currentTime = length / FRAMES / 2; };
  video.src = url;
  return () => { video.onseeked = video.onloadeddata = null; video.removeAttribute('src'); video.load(); };
}

/// Recorders write clips whose length nobody knows before their end was looked for.
function measure(video: HTMLVideoElement, known: (seconds: number) => void): void {
  if (Number.isFinite(video.duration)) return known(video.duration);
  video.ondurationchange = () => {
    if (!Number.isFinite(video.duration)) return;
    video.ondurationchange = null;
    video.currentTime = 0;
    known(video.duration);
  };
  video.currentTime = 1e6;
}

/* --- the timeline ------------------------------------------------------------------------------------------ */

function byKey(e: KeyboardEvent, now: number, cut: Cut): number | null {
  const step = e.shiftKey ? LEAP : STEP;
  const to: Record<string, number> = { ArrowLeft: now - step, ArrowDown: now - step, ArrowRight: now + step, ArrowUp: now + step, PageDown: now - LEAP, PageUp: now + LEAP, Home: 0, End: cut.length };
  return to[e.key] ?? null;
}

function Handle({ cut, which, put }: { cut: Cut; which: 'from' | 'to'; put(at: number): void }): JSX.Element {
  const now = cut[which];
  return (
    <span class={`cut-handle ${which}`} role="slider" tabIndex={0} aria-label={which === 'from' ? 'Beginning' : 'End'} aria-valuemin={0} aria-valuemax={Math.round(cut.length * 10) / 10}
      aria-valuenow={Math.round(now * 10) / 10} aria-valuetext={moment(now)} data-drag={which} style={{ insetInlineStart: `${(now / cut.length) * 100}%` }}
      onKeyDown={(e) => {
        const at = byKey(e, now, cut);
        if (at === null) return;
        e.preventDefault();
        e.stopPropagation();
        put(at);
      }} />
  );
}

/// Dragged by either end, or by its middle as it is. What is held is shown in the player above.
function Timeline({ url, cut, set, show }: { url: string; cut: Cut; set: Set; show(at: number): void }): JSX.Element {
  const bar = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const held = useRef<{ what: string; x: number } | null>(null);
  useEffect(() => (canvas.current ? paint(url, canvas.current, cut.length) : undefined), [url, cut.length]);

  const seconds = (x: number): number => {
    const box = bar.current!.getBoundingClientRect();
    return ((x - box.left) / box.width) * cut.length;
  };
  const move = (x: number): void => {
    const { what, x: before } = held.current!;
    const at = seconds(x);
    if (what === 'from') set((c) => begin(c, at));
    else if (what === 'to') set((c) => end(c, at));
    else set((c) => slide(c, at - seconds(before)));
    held.current = { what, x };
    show(what === 'to' ? at : what === 'from' ? at : cut.from);
  };
  return (
    <div class="cut-bar" ref={bar} dir="ltr" role="group" aria-label="The part that is sent"
      onPointerDown={(e) => {
        const what = (e.target as HTMLElement).dataset['drag'];
        if (what === undefined) return;
        e.currentTarget.setPointerCapture(e.pointerId);
        held.current = { what, x: e.clientX };
      }}
      onPointerMove={(e) => { if (held.current !== null) move(e.clientX); }}
      onPointerUp={() => { held.current = null; }} onPointerCancel={() => { held.current = null; }}>
      <canvas ref={canvas} width={800} height={96} aria-hidden="true" />
      <span class="cut-out" style={{ insetInlineStart: 0, width: `${(cut.from / cut.length) * 100}%` }} />
      <span class="cut-out" style={{ insetInlineEnd: 0, width: `${(1 - cut.to / cut.length) * 100}%` }} />
      <span class="cut-part" data-drag="part" style={{ insetInlineStart: `${(cut.from / cut.length) * 100}%`, width: `${((cut.to - cut.from) / cut.length) * 100}%` }} />
      <Handle cut={cut} which="from" put={(at) => { set((c) => begin(c, at)); show(at); }} />
      <Handle cut={cut} which="to" put={(at) => { set((c) => end(c, at)); show(at); }} />
    </div>
  );
}

/* --- the sheet --------------------------------------------------------------------------------------------- */

function Player({ url, video, cut, measured, failed }: {
  url: string; video: RefObject<HTMLVideoElement | null>; cut: Cut | null; measured(length: number): void; failed(): void;
}): JSX.Element {
  const [plays, setPlays] = useState(false);
  /// Plays the part alone, and stops at its end.
  const play = (): void => {
    const v = video.current;
    if (v === null || cut === null) return;
    if (!v.paused) return v.pause();
    if (v.currentTime < cut.from || v.currentTime >= cut.to - 0.05) v.currentTime = cut.from;
    void v.play().catch(() => undefined);
  };
  return (
    <div class="cut-player">
      <video ref={video} src={url} playsInline preload="auto" aria-label="The clip" onLoadedMetadata={(e) => measure(e.currentTarget, measured)} onError={failed}
        onPlay={() => setPlays(true)} onPause={() => setPlays(false)} onClick={play}
        onTimeUpdate={(e) => { if (cut !== null && e.currentTarget.currentTime >= cut.to) e.currentTarget.pause(); }} />
      {cut !== null && <button type="button" class="vt-icon square cut-play" aria-label={plays ? 'Pause' : 'Play the part'} onClick={play}><Icon d={plays ? icons.pause : icons.play} /></button>}
    </div>
  );
}

function Words({ cut, bytes, fault }: { cut: Cut | null; bytes: number; fault: boolean }): JSX.Element {
  if (fault) return <p class="quiet" role="status">This browser cannot play the clip. The server reads more kinds: its first {MOST_SECONDS} seconds are sent. {size(bytes)}</p>;
  if (cut === null) return <p class="quiet" role="status">Opening the clip</p>;
  return (
    <p class="cut-words quiet"><span>{moment(cut.from)} to {moment(cut.to)}</span>
      <span><strong>{(cut.to - cut.from).toFixed(1)} s</strong> of at most {MOST_SECONDS} · {size(bytes)}</span></p>
  );
}

/// A part of a clip is chosen before it goes: what a phone filmed is rarely all worth showing.
export function CutSheet(): JSX.Element | null {
  const [chosen] = useState(() => cutting.peek());
  const [url, setUrl] = useState('');
  const [cut, setCut] = useState<Cut | null>(null);
  const [fault, setFault] = useState(false);
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (chosen === null) return undefined;
    const made = URL.createObjectURL(chosen.file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [chosen]);
  if (chosen === null) return null;
  const show = (at: number): void => { if (video.current !== null) { video.current.pause(); video.current.currentTime = Math.max(0, at); } };
  return (
    <Dialog label="Choose a part of the clip">
      <form class="sheet-form" onSubmit={(e) => { e.preventDefault(); sendCut(cut); }}>
        <h2>Choose a part of the clip</h2>
        {url !== '' && !fault && <Player url={url} video={video} cut={cut} measured={(length) => setCut(whole(length))} failed={() => setFault(true)} />}
        {cut !== null && !fault && <Timeline url={url} cut={cut} set={(change) => setCut((c) => c && change(c))} show={show} />}
        <Words cut={cut} bytes={chosen.file.size} fault={fault} />
        <div class="sheet-do">
          <button type="button" class="vt-button" onClick={closeSheet}>Cancel</button>
          <button type="submit" class="vt-button vt-main" disabled={cut === null && !fault}>Send</button>
        </div>
      </form>
    </Dialog>
  );
}
