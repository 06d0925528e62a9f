// SPDX-License-Identifier: Apache-2.0

/// How large this screen is, once somebody has held a card against it (asking.ts). Kept in this browser, for this screen; never
/// sent.

const key = (): string => `vitrine.mm.${screen.width}x${screen.height}`;
let known: number | undefined;

/// CSS pixels a millimetre, 0 when nobody has said. Kept in device pixels, which the browser's zoom leaves as they are.
export function calibrated(): number {
  try { known ??= Number(localStorage.getItem(key())) || 0; } catch { known = 0; }
  return known / devicePixelRatio;
}

export function calibrate(perMm: number, keeps: boolean): void {
  known = perMm * devicePixelRatio;
  try { if (keeps) localStorage.setItem(key(), String(known)); } catch { /* for this page only, then */ }
}
