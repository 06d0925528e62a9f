// SPDX-License-Identifier: Apache-2.0

/// The look of what helper-chunk.ts shows. The place in the line stays above the talk, smaller than without it.
export const helperStyle = `
.auto{display:flex;align-items:center;gap:8px;padding:0 2px 4px}
.auto button{font:inherit;font-size:13px;color:inherit;background:none;border:0;padding:4px 6px;min-height:32px;min-width:32px;border-radius:8px;text-decoration:underline;text-underline-offset:3px;cursor:pointer}
.auto button:hover{background:var(--f)}
.auto button:focus-visible{outline:2px solid var(--h)}
.pick{display:flex;flex-wrap:wrap;gap:8px;padding-top:8px}
.pick .n{min-height:40px;background:Canvas;box-shadow:inset 0 0 0 1px color-mix(in srgb,CanvasText 30%,Canvas)}
.pick .n:hover{background:var(--f)}
.pick .on,.pick .on:hover{background:var(--a);color:var(--o);opacity:1}
.held{flex:none;display:grid;grid-template-columns:1fr auto;gap:2px 12px;align-items:center;padding:10px 20px;background:var(--f);text-align:start}
.held h2{font-size:15px;font-weight:600}
.held>*{grid-column:1;margin:0}
.held>.row{grid-area:1/2/4/3}
.held .n{background:Canvas}
.held>div:first-child{display:flex;flex-wrap:wrap;gap:4px;align-items:baseline;font-size:15px}
.held .big{font-size:24px;line-height:1.2;font-weight:600;padding-inline-end:8px}
.held .notes{max-width:none;margin:0;padding:0}
.held .notes li{padding:4px 0;background:none}
.held .notes li+li,.held .notes .greet{display:none}
@media(forced-colors:active){.pick .n{border:1px solid}.held{border-bottom:1px solid}}`;
