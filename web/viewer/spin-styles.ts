// SPDX-License-Identifier: Apache-2.0

/// Comes after the tools' styles. The bar is where a pen's colours would be, so those stand above it.
export const spinStyles = `
.stage.spun{cursor:ew-resize}
.turn{grid-area:stage;place-self:end center;margin:8px;padding:2px;display:flex;align-items:center}
.turn .mode{padding:4px 12px;gap:8px}
.turn>span{min-width:56px;text-align:center;font-variant-numeric:tabular-nums}
.turn~.pens,.turn~.d{margin-bottom:64px}
.turn~.pens:not([hidden])~.d{margin-bottom:120px}`;
