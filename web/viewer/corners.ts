// SPDX-License-Identifier: Apache-2.0

import type { Frame } from './geometry.js';

/// Where this screen shows more than every screen surely does, the shared part is marked at its corners.
export function paintCorners(ctx: CanvasRenderingContext2D, frame: Frame): void {
  const [left, top] = [(frame.width - frame.fitWidth) / 2, (frame.height - frame.fitHeight) / 2];
  if (left < 16 && top < 16) return;
  ctx.beginPath();
  for (const [px, dx] of [[left + 1, 14], [frame.width - left - 1, -14]] as const) {
    for (const [py, dy] of [[top + 1, 14], [frame.height - top - 1, -14]] as const) {
      ctx.moveTo(px + dx, py);
      ctx.lineTo(px, py);
      ctx.lineTo(px, py + dy);
    }
  }
  for (const [colour, width] of [['rgb(0 0 0/.4)', 3], ['rgb(255 255 255/.9)', 1.25]] as const) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.stroke();
  }
}
