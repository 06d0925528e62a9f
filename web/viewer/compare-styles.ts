// SPDX-License-Identifier: Apache-2.0

/// Comes after the tools' styles. Panes are told apart by the room between them; the active one alone has a line.
export const compareStyles = `
.apart .stage>.holder,.apart .strip:not(.side){display:none}
.pane{position:absolute;overflow:hidden;background:Canvas;pointer-events:none}
.pane.on::after{content:"";position:absolute;inset:0;border:2px solid var(--vitrine-accent,#1f4d45)}
.name,.rule{position:absolute;bottom:8px;padding:4px 12px;max-width:95%;pointer-events:auto}
.name{inset-inline-start:8px;display:block;text-align:start;overflow:hidden;max-height:95%}
small{display:block;font:inherit}
.rule{inset-inline-end:8px;flex-direction:column;gap:4px;font-variant-numeric:tabular-nums}
.rule i{height:6px;border:solid;border-width:0 2px 2px}
.side{justify-content:center}
.side input{flex:1;min-width:60px;max-width:200px;height:32px;accent-color:var(--vitrine-accent,#1f4d45)}
.side [aria-pressed=true]{background:var(--vitrine-accent,#1f4d45);color:var(--vitrine-on-accent,#fff)}
.side .life{padding:0 8px}
.apart .pens{margin-bottom:64px}
@media (forced-colors:active){.side [aria-pressed=true]{background:Highlight;color:HighlightText}}`;
