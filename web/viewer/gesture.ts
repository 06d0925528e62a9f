// SPDX-License-Identifier: Apache-2.0

/// Turns pointer, wheel and touch events on the stage into moves of the picture; knows nothing of the view. One finger or the
/// mouse pans unless `hand` keeps it, two fingers always pan and zoom, so a drawing tool never locks the picture.

/// `cancel`: the browser or a second finger ends it.
export type Phase = 'down' | 'move' | 'up' | 'cancel';

export interface Acts {
  pan(dx: number, dy: number): void;
  zoom(px: number, py: number, factor: number): void;
  /// The fingers are up, the wheel is still.
  rest(): void;
  /// Everything a single hand does; true on `down` when this finger is not to pan.
  hand(phase: Phase, x: number, y: number, e: PointerEvent): boolean | undefined;
}

export interface Gestures {
  /// Whether fingers are on the stage.
  readonly held: boolean;
  /// Ignores the fingers that are down until they are up.
  halt(): void;
  stop(): void;
}

const WHEEL_REST_MS = 160;
const WHEEL_UNIT = [1, 16, 400];

type Hand = [x: number, y: number];

export function gestures(stage: HTMLElement, acts: Acts): Gestures {
  const undo = new AbortController();
  const hands = new Map<number, Hand>();
  let panning = false;
  let halted = false;
  let still: ReturnType<typeof setTimeout> | undefined;

  const place = (e: MouseEvent): Hand => {
    const box = stage.getBoundingClientRect();
    return [e.clientX - box.left, e.clientY - box.top];
  };
  const middle = (): [x: number, y: number, apart: number] => {
    const [a, b = a] = [...hands.values()] as [Hand, Hand?];
    return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, Math.hypot(a[0] - b[0], a[1] - b[1])];
  };

  function down(e: PointerEvent): void {
    if (e.button || hands.size > 1) return;
    const at = place(e);
    hands.set(e.pointerId, at);
    stage.setPointerCapture(e.pointerId);
    if (hands.size > 1) {
      acts.hand('cancel', ...at, e);
      panning = !halted;
    } else panning = !acts.hand('down', ...at, e);
  }

  function move(e: PointerEvent): void {
    const at = place(e);
    if (hands.has(e.pointerId)) {
      const [bx, by, before] = middle();
      hands.set(e.pointerId, at);
      const [x, y, apart] = middle();
      if (panning) {
        if (x !== bx || y !== by) acts.pan(x - bx, y - by);
        if (before && apart) acts.zoom(x, y, apart / before);
      }
    }
    if (hands.size < 2) acts.hand('move', ...at, e);
  }

  function up(e: PointerEvent): void {
    if (!hands.delete(e.pointerId) || hands.size) return;
    if (panning) acts.rest();
    acts.hand(e.type === 'pointerup' ? 'up' : 'cancel', ...place(e), e);
    panning = halted = false;
  }

  function wheel(e: WheelEvent): void {
    e.preventDefault();
    const turn = Math.max(-240, Math.min(240, e.deltaY * (WHEEL_UNIT[e.deltaMode] ?? 1)));
    acts.zoom(...place(e), Math.exp(-turn * (e.ctrlKey ? 0.01 : 0.0018)));
    clearTimeout(still);
    still = setTimeout(acts.rest, WHEEL_REST_MS);
  }

  const on = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up, wheel };
  for (const name in on) {
    stage.addEventListener(name, on[name as keyof typeof on] as EventListener, { signal: undo.signal, passive: false });
  }

  return {
    get held() { return hands.size > 0; },
    halt() {
      halted = panning && hands.size > 0;
      panning = false;
    },
    stop() {
      undo.abort();
      clearTimeout(still);
    },
  };
}
