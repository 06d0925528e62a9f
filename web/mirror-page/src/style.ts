// SPDX-License-Identifier: Apache-2.0

export const style = `
:root{color-scheme:light dark;--ink:#1769e0;--theirs:#d6246e}
*{box-sizing:border-box}
html,body{height:100%;margin:0;background:Canvas;color:CanvasText;overflow:hidden}
[hidden]{display:none!important}
.stage{position:fixed;inset:0;display:grid;place-content:center;grid-auto-flow:column;gap:20px}
.glass{position:relative;background:#fff;box-shadow:0 0 0 1px color-mix(in srgb,CanvasText 18%,Canvas);transition:opacity 140ms}
.glass.phone{border-radius:20px;box-shadow:0 0 0 1px color-mix(in srgb,CanvasText 24%,Canvas),0 0 0 11px color-mix(in srgb,CanvasText 7%,Canvas),0 0 0 12px color-mix(in srgb,CanvasText 24%,Canvas)}
.glass.empty{visibility:hidden}
.clip{position:absolute;inset:0;overflow:hidden;border-radius:inherit}
.scaled{position:absolute;inset:0 auto auto 0;transform-origin:0 0}
.layer{position:absolute;inset:0}
.layer.new{visibility:hidden}
.layer iframe{display:block;border:0;background:#fff;color-scheme:light}
.stale .clip{opacity:.45}
.over{position:absolute;inset:0;overflow:hidden;border-radius:inherit;touch-action:none;outline-offset:4px}
.over:focus-visible{outline:2px solid var(--ink)}
.over[data-tool=point],.over[data-tool=draw]{cursor:crosshair}
.over[data-tool=click]{cursor:pointer}
.over[data-tool=fill]{cursor:text}
.over>*{position:absolute;inset:0 auto auto 0;pointer-events:none}
.over svg{width:100%;height:100%;inset:0;overflow:visible}
.over polyline{fill:none;stroke:var(--ink);stroke-width:4;stroke-linecap:round;stroke-linejoin:round;filter:drop-shadow(0 0 1px #fff)}
.hover{border:2px dashed var(--ink);border-radius:4px;background:rgb(23 105 224/.08)}
.outline{border:3px solid var(--ink);border-radius:6px;box-shadow:0 0 0 2px #fff;outline:2px solid transparent}
.pointer{width:0;height:0}
.pointer::after{content:"";position:absolute;inset-inline-start:-7px;inset-block-start:-7px;width:14px;height:14px;border-radius:50%;background:var(--theirs);box-shadow:0 0 0 2px #fff,0 1px 4px rgb(0 0 0/.4)}
.pointer.touch::after{width:26px;height:26px;inset:-13px auto auto -13px;background:rgb(214 36 110/.5)}
.bar{position:relative;width:8px;border-radius:4px;background:color-mix(in srgb,CanvasText 8%,Canvas)}
.bar>i{position:absolute;inset-inline:0;min-height:8px;border-radius:4px;background:color-mix(in srgb,CanvasText 40%,Canvas);border-block-end:2px solid var(--ink)}
@media (prefers-reduced-motion:reduce){.glass{transition:none}}`;
