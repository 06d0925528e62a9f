// SPDX-License-Identifier: Apache-2.0

/// Tools sit below the picture, at the thumb on a phone, in one quiet bar where there is width (`.wide`). Only the close button
/// and a pen's colours float, at the stage's edges. Comes after the core's styles; the buttons look as ui/tokens has them.
export const toolStyles = `
button{font:500 13px/1.25 var(--vitrine-font,system-ui,sans-serif);color:inherit;background:none;border:0;padding:0;
min-width:32px;min-height:32px;border-radius:8px;display:flex;align-items:center;justify-content:center;cursor:pointer;
touch-action:manipulation;transition:background-color 140ms}
.vt-icon:hover,.text:hover{background:color-mix(in srgb,CanvasText 12%,Canvas)}
.vt-icon:disabled{opacity:.4;cursor:default}
.thumb[aria-current=true]{outline:2px solid;outline-offset:1px}
.vt-icon:focus-visible,.thumb:focus-visible{outline-width:4px}
@media (pointer:coarse){.vt-icon{min-height:44px;min-width:44px}}
.stage:active{cursor:grabbing}.stage.pen{cursor:crosshair}.stage.laser{cursor:none}
.holder{transition:opacity 140ms}
canvas,.layer,.pointer,.pointer *{position:absolute;pointer-events:none}
canvas,.layer{width:100%;height:100%;overflow:hidden}
.pointer{transition:opacity .3s;filter:drop-shadow(0 1px 2px #0006)}
.pointer i{width:18px;height:22px;background:var(--c);clip-path:polygon(0 0,100% 62%,53% 66%,28% 100%)}
.spot i{width:20px;margin:-10px;height:20px;border:2px solid #fff;border-radius:50%;clip-path:none}
.pointer span{left:15px;top:19px;padding:2px 8px;border-radius:9px;white-space:nowrap;background:var(--c);color:#fff}
.touch i{width:30px;height:30px;margin:-15px;border-width:3px;background:color-mix(in srgb,var(--c) 45%,transparent)}
.chip{max-width:calc(100% - 68px)}.chip i{flex:none;box-shadow:0 0 0 1px #8886}
.chip span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.text{flex:none;padding:4px 12px;text-underline-offset:3px;font-weight:500}.chip .text{margin-inline-end:-10px}
.note{display:grid;gap:12px;justify-items:center;max-width:min(320px,90%)}
.note .text{text-decoration:none;background:color-mix(in srgb,CanvasText 6%,Canvas)}
.shut,.pens,.edge{grid-area:stage;margin:8px}
.shut{place-self:start end}
.pens{place-self:end center;display:flex;padding:2px}
.swatch i{width:20px;height:20px;border-radius:50%;background:var(--c);box-shadow:0 0 0 1px #8888}
.swatch[aria-pressed=true] i{box-shadow:0 0 0 2px Canvas,0 0 0 4px CanvasText}
.tools{grid-area:tools;display:flex;justify-content:center;padding:4px 8px max(4px,env(safe-area-inset-bottom))}
.tools .vt-icon{flex:0 1 44px;min-width:32px;min-height:44px}
.tools [aria-pressed=true]{background:var(--vitrine-accent,#1f4d45);color:var(--vitrine-on-accent,#fff);border:1px solid}
.tools .further{margin-inline-start:8px}
.scale{font-variant-numeric:tabular-nums}.tools .scale:disabled{opacity:.64}
.strip{grid-area:strip;display:flex;align-items:center;gap:4px;padding:6px 8px 0;min-width:0}
.thumbs{position:relative;display:flex;gap:6px;overflow-x:auto;scrollbar-width:none;padding:3px;min-width:0}
.thumb{flex:none;width:44px;height:44px;overflow:hidden;
background:color-mix(in srgb,CanvasText 6%,Canvas);opacity:.72;transition:opacity 140ms}
.thumb img{display:block;object-fit:cover}
.thumb:hover,.thumb[aria-current=true],.thumb:focus-visible{opacity:1}
.edge{place-self:center;opacity:0;transition:opacity 140ms;pointer-events:none}
.l{justify-self:start}.r{justify-self:end}.u{align-self:start}.d{align-self:end}
.pens:not([hidden])~.d{margin-bottom:68px}
.u svg{rotate:180deg}
.v:not(.close-up) .edge{visibility:hidden}
.stage:focus-visible~.edge,.edge:focus-visible{opacity:1;pointer-events:auto}
@media (hover:hover){.stage:not(.pen,.laser):hover~.edge,.edge:hover{opacity:1;pointer-events:auto}}
.wide .tools{padding:8px}.wide .tools .vt-icon{flex:0 0 36px;min-height:36px}
.wide .strip{padding:4px 8px}
.wide .chip{max-width:100%}
@media (prefers-reduced-motion:reduce){*{transition:none!important}}
@media (forced-colors:active){.vt-icon{border:1px solid ButtonText}.tools [aria-pressed=true]{background:Highlight;color:HighlightText}
.swatch i,.pointer *{forced-color-adjust:none}}`;
