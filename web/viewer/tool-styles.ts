// SPDX-License-Identifier: Apache-2.0

/// Tools sit below the picture, at the thumb on a phone, in one quiet bar where there is width (`.wide`). Only the close button
/// and a pen's colours float, at the stage's edges. Needs tokens and controls, and comes after the core's styles.
export const toolStyles = `
.v .stage.pen{cursor:crosshair}.v .stage.laser{cursor:none}
.v .stage:focus-visible,.v .thumb:focus-visible{outline-color:var(--vt-focus)}
.v button:focus-visible{outline-color:var(--vt-focus);outline-offset:2px}
.holder{transition:opacity var(--vt-quick)}
.chip .vt-button{margin-inline-end:-10px;min-height:32px;background:none;text-underline-offset:3px}
.note{display:grid;gap:12px;justify-items:center;max-width:min(320px,90%)}
.note .vt-button{text-decoration:none}
.v>.shut{grid-area:stage;align-self:start;justify-self:end;margin:8px}
.pens{grid-area:stage;align-self:end;justify-self:center;margin:8px;display:flex;padding:2px}
.swatch i{width:20px;height:20px;border-radius:50%;background:var(--c);box-shadow:0 0 0 1px color-mix(in srgb,var(--vt-ink) 35%,transparent)}
.swatch[aria-pressed=true] i{box-shadow:0 0 0 2px var(--vt-ground),0 0 0 4px var(--vt-ink)}
.tools{grid-area:tools;display:flex;justify-content:center;padding:4px 8px max(4px,env(safe-area-inset-bottom))}
.tools .vt-icon{flex:0 1 44px;min-width:32px;min-height:44px}
.tools [aria-pressed=true]{background:var(--vt-accent);color:var(--vt-on-accent)}
.tools .further{margin-inline-start:8px}
.scale{font-variant-numeric:tabular-nums}.tools .scale:disabled{opacity:.64}
.strip{grid-area:strip;display:flex;align-items:center;gap:4px;padding:6px 8px 0;min-width:0}
.thumbs{position:relative;flex:0 1 auto;display:flex;gap:6px;overflow-x:auto;scrollbar-width:none;padding:3px;min-width:0}
.thumb{flex:none;width:44px;height:44px;padding:0;border:0;border-radius:var(--vt-inner);overflow:hidden;cursor:pointer;
background:var(--vt-fill);opacity:.72;transition:opacity var(--vt-quick)}
.thumb img{display:block;width:100%;height:100%;object-fit:cover}
.thumb:hover,.thumb[aria-current=true],.thumb:focus-visible{opacity:1}
.v .thumb[aria-current=true]{outline:2px solid var(--vt-ink);outline-offset:1px}
.edge{grid-area:stage;place-self:center;opacity:0;transition:opacity var(--vt-quick);pointer-events:none}
.v>.edge{margin:8px}
.edge.l{justify-self:start}.edge.r{justify-self:end}.edge.u{align-self:start}.edge.d{align-self:end}
.pens:not([hidden])~.edge.d{margin-bottom:68px}
.edge.u svg{rotate:180deg}
.v:not(.close-up) .edge{visibility:hidden}
.stage:focus-visible~.edge,.edge:focus-visible{opacity:1;pointer-events:auto}
@media (hover:hover){.stage:not(.pen,.laser):hover~.edge,.edge:hover{opacity:1;pointer-events:auto}}
.wide .tools{padding:8px}.wide .tools .vt-icon{flex:0 0 36px;min-height:36px}
.wide .strip{padding:4px 8px}
.wide .chip{max-width:100%}
@media (forced-colors:active){.tools [aria-pressed=true]{background:Highlight;color:HighlightText}
.swatch i{forced-color-adjust:none}}`;
