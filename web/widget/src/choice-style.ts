// SPDX-License-Identifier: Apache-2.0

/// The look of what choice-chunk.ts shows: one calm row for each, as wide as the panel.
export const choiceStyle = `
#about{outline:0}
.about{display:flex;flex-direction:column;gap:8px}
.about button{font:inherit;color:inherit;text-align:start;display:flex;flex-direction:column;gap:2px;width:100%;min-height:64px;justify-content:center;padding:12px 16px;border:0;border-radius:8px;background:var(--f);cursor:pointer}
.about button:hover{background:color-mix(in srgb,CanvasText 12%,Canvas)}
.about button:focus-visible{outline:2px solid var(--h);outline-offset:2px}
.about b{font-weight:600;overflow-wrap:anywhere}
@media(forced-colors:active){.about button{border:1px solid}}`;
