// SPDX-License-Identifier: Apache-2.0
export const offerStyle = `
.offer,.me .offer{display:grid;gap:8px;width:min(300px,74vw);background:Canvas;color:CanvasText;border:1px solid color-mix(in srgb,CanvasText 16%,Canvas);white-space:normal;padding:12px}
.offer p{margin:0;overflow-wrap:anywhere}
.offer .q:empty{display:none}
.offer .card b+b{margin-top:2px}
.offer .sum{font-size:18px;font-variant-numeric:tabular-nums}
.offer .row>*{flex:1;display:grid;place-items:center;text-align:center;text-decoration:none}
@media(forced-colors:active){.offer{border:1px solid}}`;
