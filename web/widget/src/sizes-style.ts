// SPDX-License-Identifier: Apache-2.0

/// The look of what sizes-chunk.ts shows.
export const sizesStyle = `
.sizes{display:flex;flex-direction:column;gap:10px;width:100%}
.sizes fieldset{border:0;margin:0;padding:0;min-width:0}
.sizes legend{padding:0 0 6px;font-size:13px;color:var(--s)}
.sizes .row{gap:6px}
.sizes label{display:grid;place-content:center;justify-items:center;min-width:52px;min-height:44px;padding:4px 12px;border-radius:8px;border:1px solid color-mix(in srgb,CanvasText 48%,Canvas);background:Canvas;color:CanvasText;font-size:15px;cursor:pointer;position:relative;text-align:center}
.sizes label:has(:checked){box-shadow:inset 0 0 0 2px light-dark(var(--a),CanvasText);border-color:light-dark(var(--a),CanvasText)}
.sizes label:has(:focus-visible){outline:2px solid var(--h);outline-offset:2px}
.sizes label:has(:disabled){border-style:dashed;color:var(--s);cursor:default}
.sizes input{position:absolute;inset:0;margin:0;opacity:0;cursor:inherit}
.sizes small{font-size:13px;color:var(--s);font-variant-numeric:tabular-nums}
.sizes .two{display:flex;gap:8px}
.sizes .two .n{flex:1 0 auto;min-height:44px}
.sizes .two .n:not(.m){background:Canvas}
@media(forced-colors:active){.sizes label:has(:checked){outline:3px solid Highlight}}`;
