// SPDX-License-Identifier: Apache-2.0

/// The picture has the room; tools sit below it, at the thumb on a phone, in one quiet bar where there is width (`.wide`).
/// Only who guides, the close button and a pen's colours float, at the stage's edges.
export const styles = `
:host{display:block;height:100%}
.v,.v *{box-sizing:border-box}
.v{position:relative;display:grid;grid:"stage" minmax(0,1fr) "strip" auto "tools" auto/minmax(0,1fr);width:100%;height:100%;
min-height:0;overflow:hidden;font:400 var(--vt-small)/1.35 var(--vt-font);color:var(--vt-ink);background:var(--vt-ground);
user-select:none;-webkit-user-select:none;-webkit-touch-callout:none}
.v [hidden]{display:none!important}
.stage{grid-area:stage;position:relative;overflow:hidden;touch-action:none;background:var(--vt-fill);cursor:grab}
.stage:active{cursor:grabbing}.stage.pen{cursor:crosshair}.stage.laser{cursor:none}
.stage:focus-visible{outline:2px solid var(--vt-focus);outline-offset:-3px}
.holder{position:absolute;left:0;top:0;transform-origin:0 0;transition:opacity var(--vt-quick)}
.holder img{display:block;width:100%;height:100%;pointer-events:none}
.holder.old{opacity:.3}
.stage canvas,.layer{position:absolute;inset:0;width:100%;height:100%;pointer-events:none}
.layer{overflow:hidden}
.pointer{position:absolute;left:0;top:0;transition:opacity .3s;filter:drop-shadow(0 1px 2px rgb(0 0 0/.35))}
.pointer i{position:absolute;width:18px;height:22px;background:var(--c);clip-path:polygon(0 0,100% 62%,53% 66%,28% 100%)}
.pointer[data-kind="1"] i,.pointer[data-kind="2"] i{width:14px;height:14px;margin:-7px;border-radius:50%;clip-path:none;
border:2px solid #fff}
.pointer[data-kind="1"] i{width:30px;height:30px;margin:-15px;border-width:3px;background:color-mix(in srgb,var(--c) 45%,transparent)}
.pointer span{position:absolute;left:15px;top:19px;padding:2px 8px;border-radius:9px;white-space:nowrap;font-weight:500;
background:var(--c);color:#fff}
.float{z-index:1;background:color-mix(in srgb,var(--vt-ground) 92%,transparent);border-radius:var(--vt-radius);box-shadow:var(--vt-shadow)}
.chip{grid-area:stage;align-self:start;justify-self:start;margin:8px;max-width:calc(100% - 68px);min-height:32px;padding:0 12px;
display:flex;align-items:center;gap:8px;font-weight:500}
.chip i{flex:none;width:8px;height:8px;border-radius:50%;background:var(--c);box-shadow:0 0 0 1px var(--vt-line)}
.chip span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.chip .vt-button{margin-inline-end:-10px;min-height:32px;background:none;text-decoration:underline;text-underline-offset:3px}
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
.thumb:hover{opacity:1}
.thumb[aria-current=true]{opacity:1;outline:2px solid var(--vt-ink);outline-offset:1px}
.thumb:focus-visible{opacity:1;outline:2px solid var(--vt-focus);outline-offset:1px}
.edge{grid-area:stage;place-self:center;opacity:0;transition:opacity var(--vt-quick);pointer-events:none}
.v>.edge{margin:8px}
.edge.l{justify-self:start}.edge.r{justify-self:end}.edge.u{align-self:start}.edge.d{align-self:end}
.pens:not([hidden])~.edge.d{margin-bottom:68px}
.edge.u svg{rotate:180deg}
.v:not(.close-up) .edge{visibility:hidden}
.stage:focus-visible~.edge,.edge:focus-visible{opacity:1;pointer-events:auto}
@media (hover:hover){.stage:not(.pen,.laser):hover~.edge,.edge:hover{opacity:1;pointer-events:auto}}
.note{grid-area:stage;z-index:1;place-self:center;padding:16px 20px;max-width:min(320px,90%);text-align:center;display:grid;gap:12px;
justify-items:center;font-size:var(--vt-text)}
.wide{grid:"stage stage stage" minmax(0,1fr) "strip tools chip" auto/minmax(0,1fr) auto minmax(0,1fr)}
.wide .tools{padding:8px}.wide .tools .vt-icon{flex:0 0 36px;min-height:36px}
.wide .strip{padding:4px 8px}
.wide .chip{grid-area:chip;align-self:center;justify-self:end;max-width:100%;background:none;box-shadow:none}
@media (forced-colors:active){.tools [aria-pressed=true]{background:Highlight;color:HighlightText}
.swatch i,.chip i,.pointer i,.pointer span{forced-color-adjust:none}.float{border:1px solid}}`;
