// SPDX-License-Identifier: Apache-2.0

/// Media space and screen space. A camera is what everybody shares: the centre in 0..1 of the medium and a scale; 1 shows the
/// whole medium, s at least the 1/s part around the centre. A frame is what one screen adds: its stage and the size of the
/// medium on it at scale 1. Only the medium bounds a camera, never a screen, or two screens would disagree.

export interface Camera { cx: number; cy: number; scale: number }
export type Rect = [x: number, y: number, width: number, height: number];
export interface Frame { width: number; height: number; fitWidth: number; fitHeight: number }
export type Point = [x: number, y: number];

export const WHOLE: Readonly<Camera> = { cx: 0.5, cy: 0.5, scale: 1 };
export const MAX_SCALE = 16;

export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

export function rectOf({ cx, cy, scale }: Camera): Rect {
  const part = 1 / scale;
  return [cx - part / 2, cy - part / 2, part, part];
}

/// The camera of a rect. A rect with unequal sides (another client's) is shown whole.
export function cameraOf([x, y, width, height]: readonly number[] | Rect): Camera {
  const part = Math.max(width ?? 1, height ?? 1) || 1;
  return { cx: (x ?? 0) + (width ?? 1) / 2, cy: (y ?? 0) + (height ?? 1) / 2, scale: 1 / part };
}

/// Keeps a local gesture inside the medium.
export function bound({ cx, cy, scale }: Camera, max: number): Camera {
  const s = clamp(scale, 1, max);
  const edge = 0.5 / s;
  return { cx: clamp(cx, edge, 1 - edge), cy: clamp(cy, edge, 1 - edge), scale: s };
}

/// The frame of a stage for a medium of `aspect` (width / height): the medium fits inside, centred.
export function frameOf(width: number, height: number, aspect: number): Frame {
  const fitWidth = Math.min(width, height * aspect);
  return { width, height, fitWidth, fitHeight: fitWidth / aspect };
}

export function toScreen(c: Camera, f: Frame, x: number, y: number): Point {
  return [f.width / 2 + (x - c.cx) * f.fitWidth * c.scale, f.height / 2 + (y - c.cy) * f.fitHeight * c.scale];
}

export function toMedia(c: Camera, f: Frame, px: number, py: number): Point {
  return [c.cx + (px - f.width / 2) / (f.fitWidth * c.scale), c.cy + (py - f.height / 2) / (f.fitHeight * c.scale)];
}

export function pan(c: Camera, f: Frame, dx: number, dy: number, max: number): Camera {
  return bound({ cx: c.cx - dx / (f.fitWidth * c.scale), cy: c.cy - dy / (f.fitHeight * c.scale), scale: c.scale }, max);
}

/// Zooms so that the place of the medium under (px, py) stays there, as far as the medium's edge allows.
export function zoom(c: Camera, f: Frame, px: number, py: number, factor: number, max: number): Camera {
  const scale = clamp(c.scale * factor, 1, max);
  const [x, y] = toMedia(c, f, px, py);
  const kept = c.scale / scale;
  return bound({ cx: x - (x - c.cx) * kept, cy: y - (y - c.cy) * kept, scale }, max);
}

/// Halfway cameras for a short glide: scale grows by ratio, so that it looks even.
export function between(a: Camera, b: Camera, part: number): Camera {
  const mix = (from: number, to: number): number => from + (to - from) * part;
  return { cx: mix(a.cx, b.cx), cy: mix(a.cy, b.cy), scale: a.scale * (b.scale / a.scale) ** part };
}
