// SPDX-License-Identifier: Apache-2.0

/// The look of what session-chunk.ts shows.
export const sessionStyle = `
.ask,.poll{display:flex;flex-direction:column;gap:8px;align-items:stretch;min-width:200px}
.ask .n,.poll .n{background:Canvas;min-height:40px}
.ask .m{background:var(--a)}
.ask a{display:grid;place-items:center;text-decoration:none}
.ask .on,.poll .on{background:var(--a);color:var(--o);opacity:1}
.ask label{display:flex;flex-direction:column;gap:4px;font-size:13px;color:var(--s)}
.ask input,.guests input{font:15px/1.45 var(--vitrine-font,system-ui,sans-serif);color:CanvasText;background:Canvas;border:1px solid color-mix(in srgb,CanvasText 48%,Canvas);border-radius:8px;padding:8px 12px;min-height:44px;min-width:0;flex:1}
.ask input:focus-visible,.guests input:focus-visible{outline:2px solid var(--h);outline-offset:1px}
.ask [aria-invalid=true]{border-color:light-dark(#b3261e,#ff8a80)}
.me .poll{background:var(--f);color:CanvasText}
.poll ul,.guests ul{margin:0;padding:0;list-style:none}
.poll li{display:grid;grid-template-columns:auto 1fr;gap:4px 12px;align-items:center;max-width:none;padding:6px 0;font-size:13px}
.poll img{grid-row:span 2;width:72px;height:72px;object-fit:cover;border-radius:8px}
.guests{padding:8px 20px}
.guests form{padding:0}
.guests .row{margin-top:6px}
.chip{display:flex;align-items:center;gap:2px;padding-inline-start:12px;border-radius:20px;background:var(--f);font-size:13px;max-width:none}
.chip .i{width:40px}
.film{display:block;padding:0;background:none;color:inherit;width:260px;max-width:100%}
.film video{display:block;width:100%;max-height:320px;border-radius:8px;background:#000}
.film .row{justify-content:space-between;min-height:40px}
/* On a phone what can be done beside the talk is one line that is pushed along, and leaves the room to the talk. */
@media(max-width:640px){.seeing .guests{display:none}.act.row:not(:has(.watch)){flex-wrap:nowrap;overflow-x:auto;padding-block:4px;scrollbar-width:none}.act>.n{flex:none}}
@media(forced-colors:active){.chip{border:1px solid}}`;
