// SPDX-License-Identifier: Apache-2.0

/// The picture has the room; the tools' row below it is kept free until they come, so that nothing jumps. Only who guides
/// floats, at the stage's edge. Values are those of ui/tokens, written out: the sheet is counted in bytes.
export const styles = `
:host{display:block;height:100%}
*{box-sizing:border-box;margin:0}
.v{display:grid;grid:"stage" minmax(0,1fr) "strip" auto "tools" minmax(52px,auto)/minmax(0,1fr);height:100%;overflow:hidden;
font:13px/1.35 var(--vitrine-font,system-ui,sans-serif);color:CanvasText;background:Canvas;
user-select:none;-webkit-user-select:none;-webkit-tap-highlight-color:transparent}
[hidden]{display:none!important}
.stage,.chip,.note{grid-area:stage}
.stage{direction:ltr;position:relative;overflow:hidden;touch-action:none;cursor:grab;background:color-mix(in srgb,CanvasText 6%,Canvas)}
:focus-visible{outline:2px solid var(--vitrine-focus,CanvasText);outline-offset:-3px}
.holder{position:absolute;transform-origin:0 0;pointer-events:none}
img{width:100%;height:100%}
.old{opacity:.3}
.float{z-index:1;background:Canvas;border-radius:var(--vitrine-radius,14px);
box-shadow:0 2px 20px #0004}
.chip{place-self:start;margin:8px;padding:0 12px;display:flex;align-items:center;gap:8px;font-weight:500;min-height:32px}
.chip i{width:8px;height:8px;border-radius:50%;background:var(--c)}
.text{font:inherit;color:inherit;background:none;border:0;min-height:32px;cursor:pointer;text-decoration:underline}
@media (pointer:coarse){.text{min-height:44px}}
.note{place-self:center;padding:16px 20px;text-align:center;font-size:15px}
.wide{grid:"stage stage stage" minmax(0,1fr) "strip tools chip" minmax(52px,auto)/minmax(0,1fr) auto minmax(0,1fr)}
.wide .chip{grid-area:chip;place-self:center end;background:none;box-shadow:none}
@media (forced-colors:active){.chip i{forced-color-adjust:none}.float{border:1px solid}}`;
