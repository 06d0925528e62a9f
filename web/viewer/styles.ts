// SPDX-License-Identifier: Apache-2.0

/// The picture has the room; the tools' row below it is kept free until they come, so that nothing jumps. Only who guides
/// floats, at the stage's edge. The values of ui/tokens stand here as such: tokens and controls come with the tools.
export const styles = `
:host{display:block;height:100%}
.v,.v *{box-sizing:border-box}
.v{position:relative;display:grid;grid:"stage" minmax(0,1fr) "strip" auto "tools" minmax(52px,auto)/minmax(0,1fr);width:100%;
height:100%;min-height:0;overflow:hidden;font:13px/1.35 var(--vitrine-font,system-ui,sans-serif);color:CanvasText;background:Canvas;
user-select:none;-webkit-user-select:none;-webkit-touch-callout:none}
.v [hidden]{display:none!important}
.stage{grid-area:stage;position:relative;overflow:hidden;touch-action:none;cursor:grab;
background:color-mix(in srgb,CanvasText 6%,Canvas)}
.stage:active{cursor:grabbing}
.v :focus-visible{outline:2px solid var(--vitrine-focus,CanvasText);outline-offset:-3px}
.holder{position:absolute;inset:0 auto auto 0;transform-origin:0 0}
.holder img{display:block;width:100%;height:100%;pointer-events:none}
.old{opacity:.3}
canvas,.layer{position:absolute;inset:0;width:100%;height:100%;overflow:hidden;pointer-events:none}
.pointer{position:absolute;transition:opacity .3s;filter:drop-shadow(0 1px 2px #0006)}
.pointer i{position:absolute;width:18px;height:22px;background:var(--c);clip-path:polygon(0 0,100% 62%,53% 66%,28% 100%)}
.pointer[data-kind="1"] i,.pointer[data-kind="2"] i{width:16px;height:16px;margin:-8px;border-radius:50%;clip-path:none;
border:2px solid #fff}
.pointer[data-kind="1"] i{padding:12px;margin:-14px;opacity:.7}
.pointer span{position:absolute;left:15px;top:19px;padding:2px 8px;border-radius:9px;white-space:nowrap;font-weight:500;
background:var(--c);color:#fff}
.float{z-index:1;background:color-mix(in srgb,Canvas 92%,transparent);border-radius:var(--vitrine-radius,14px);
box-shadow:0 1px 2px #0002,0 6px 24px #0003}
.chip{grid-area:stage;place-self:start;margin:8px;max-width:calc(100% - 68px);min-height:32px;padding:0 12px;
display:flex;align-items:center;gap:8px;font-weight:500}
.chip i{flex:none;width:8px;height:8px;border-radius:50%;background:var(--c)}
.chip span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.vt-button{font:inherit;color:inherit;background:none;border:0;min-height:44px;cursor:pointer;text-decoration:underline}
.note{grid-area:stage;place-self:center;padding:16px 20px;max-width:90%;text-align:center;font-size:15px}
p{margin:0}
.wide{grid:"stage stage stage" minmax(0,1fr) "strip tools chip" minmax(52px,auto)/minmax(0,1fr) auto minmax(0,1fr)}
.wide .chip{grid-area:chip;place-self:center end;background:none;box-shadow:none}
@media (forced-colors:active){.chip i,.pointer *{forced-color-adjust:none}.float{border:1px solid}}`;
