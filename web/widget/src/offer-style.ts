// SPDX-License-Identifier: Apache-2.0
export const offerStyle = `
.deal,.me .deal{display:grid;gap:8px;width:min(300px,74vw);background:Canvas;color:CanvasText;border:1px solid color-mix(in srgb,CanvasText 16%,Canvas);white-space:normal;padding:12px}
.deal p{margin:0;overflow-wrap:anywhere}
.deal .q:empty{display:none}
.deal .card b+b{margin-top:2px}
.deal .sum{font-size:18px;font-variant-numeric:tabular-nums}
.deal .row>*{flex:1;display:grid;place-items:center;text-align:center;text-decoration:none}
@media(forced-colors:active){.deal{border:1px solid}}`;
