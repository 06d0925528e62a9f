// SPDX-License-Identifier: Apache-2.0

/// The look of consent and of sharing. Red means sharing, and nothing else here.
export const sharingStyle = `
:host{--red:light-dark(#b3261e,#c62828)}
.sharing{position:fixed;inset:auto 0 20px;margin:auto;width:min(520px,100vw - 24px);display:flex;flex-direction:column-reverse;font:15px/1.45 var(--vitrine-font,system-ui);color:#fff;background:var(--red);border-radius:var(--r);box-shadow:0 2px 14px #0004;overflow:hidden;overflow-wrap:anywhere}
.talk .sharing{position:static;width:100%;flex:none;border-radius:0;box-shadow:none;flex-direction:column;max-height:70%}
.sharing .line{display:flex;align-items:center;gap:8px;padding:6px 8px 6px 16px;flex:none}
.sharing .line p{flex:1;min-width:0;font-weight:600;line-height:1.25}
.sharing .line p:before{content:"";display:inline-block;width:10px;height:10px;margin-inline-end:8px;border-radius:50%;background:#fff}
.sharing .line .n{background:#0000;color:#fff;box-shadow:inset 0 0 0 1px #fff9;flex:none}
.sharing .line .n:hover{background:#0003}
.sharing .line .n:focus-visible{outline:2px solid #fff}
.sharing .line .stop,.sharing .line .stop:hover{background:#fff;color:#8c1d18;font-weight:600}
.sharing .more{margin:0 3px;padding:16px;max-height:min(60vh,480px);overflow:auto;display:flex;flex-direction:column;gap:12px;color:CanvasText;background:Canvas;border-radius:calc(var(--r) - 3px) calc(var(--r) - 3px) 0 0;margin-top:3px}
.talk .sharing .more{margin:0 3px 3px;border-radius:8px}
.sharing h3{margin:0 0 4px;font-size:13px;font-weight:600}
.sharing li{max-width:none;font-size:13px;color:var(--s)}
.caps{margin:0;padding:0;border:0;display:flex;flex-direction:column;gap:2px;min-width:0}
.caps label{display:flex;align-items:center;gap:12px;min-height:40px;cursor:pointer}
.caps span{flex:1}
.caps input{appearance:none;flex:none;position:relative;width:44px;height:26px;margin:0;border-radius:13px;border:2px solid;background:none;cursor:pointer;transition:background .12s}
.caps input:before{content:"";position:absolute;inset-block:3px;inset-inline-start:3px;width:16px;border-radius:50%;background:currentColor}
.caps input:checked{background:var(--a);border-color:CanvasText;color:var(--o)}
.caps input:checked:before{inset-inline:auto 3px}
.caps input:focus-visible{outline:2px solid var(--h);outline-offset:2px}
.caps :disabled,.caps :disabled+*{opacity:.45;cursor:default}
dialog.ask-may{position:fixed;inset:0;margin:auto;width:min(420px,100vw - 24px);max-height:calc(100dvh - 24px);height:fit-content;overflow:auto;padding:24px;border:0;border-radius:var(--r);color:CanvasText;background:Canvas;box-shadow:0 6px 40px #0006;font:15px/1.45 var(--vitrine-font,system-ui);overflow-wrap:anywhere}
.ask-may::backdrop{background:#0006}
.ask-may h2{font-size:18px;font-weight:600;line-height:1.3;margin-bottom:8px}
.ask-may q{display:block;margin:8px 0;padding:8px 14px;border-radius:8px;background:var(--f);quotes:none}
.ask-may .caps{margin:12px 0}
.ask-may .two,.push .two{display:grid;grid-template-columns:1fr 1fr;gap:8px;margin-top:16px}
.ask-may .two .n,.push .two .n{min-height:48px;font-size:15px;background:Canvas;box-shadow:inset 0 0 0 2px CanvasText}
.ask-may .two .n:hover,.push .two .n:hover{background:var(--f)}
.push{position:fixed;inset:auto 0 84px;margin:auto;width:min(400px,100vw - 24px);padding:16px;border-radius:var(--r);color:CanvasText;background:Canvas;box-shadow:0 6px 24px #0004;font:15px/1.45 var(--vitrine-font,system-ui);overflow-wrap:anywhere}
.talk .push{position:static;width:auto;margin:8px 12px;box-shadow:inset 0 0 0 1px var(--s);flex:none}
.push b{font-weight:600}
.said-so{position:fixed;inset:12px 12px auto;margin:auto;width:fit-content;max-width:min(480px,100vw - 24px);padding:10px 16px;border-radius:var(--r);color:Canvas;background:CanvasText;font:13px/1.45 var(--vitrine-font,system-ui)}
.talk .said-so{position:static;margin:8px auto}
@media(max-width:640px){.sharing{inset:0 0 auto;width:100%;border-radius:0;flex-direction:column}.sharing .more{margin:0 3px 3px;border-radius:8px}.said-so{top:60px}.push{bottom:12px}}
@media(max-width:350px){.sharing .line{flex-wrap:wrap}.sharing .line p{flex:1 0 100%}.sharing .line .n{flex:1}}
@media(prefers-reduced-motion){.caps input{transition:none}}
@media(forced-colors:active){.sharing,.ask-may,.push,.said-so{border:1px solid}.said-so{forced-color-adjust:none}.caps input:checked:before{background:Highlight}}`;

/// What lies over the page while somebody points at it.
export const overStyle = `
.over-page{position:fixed;inset:0;pointer-events:none;overflow:hidden;font:600 13px/1.3 system-ui}
.over-page svg{position:absolute;inset:0;width:100%;height:100%}
.over-page polyline{fill:none;stroke:#1769e0;stroke-width:4;stroke-linecap:round;stroke-linejoin:round}
.over-page .c1{stroke:#d6246e;--c:#d6246e}
.over-page .c2{stroke:#0a7d52;--c:#0a7d52}
.over-page .c3{stroke:#b35c00;--c:#b35c00}
.over-page .spot{position:absolute;border-radius:6px}
.over-page .ring{outline:3px solid var(--c,#1769e0);outline-offset:3px;box-shadow:0 0 0 7px #fff9}
.over-page .flash{background:#1769e055;outline:3px solid #1769e0}
.over-page .here{color:#fff;display:grid;place-items:end center}
.over-page .here{background:#1769e022;text-shadow:0 0 3px #000,0 0 3px #000}
.over-page .veil.hidden{background:repeating-linear-gradient(135deg,#555c 0 6px,#777c 6px 12px);color:#fff;display:grid;place-items:center;text-shadow:0 0 3px #000}
.over-page .veil.shown{outline:2px solid #c62828}
.over-page.seen{box-shadow:inset 0 0 0 4px #c62828}
.over-page .laser{position:absolute;inset:0 auto auto 0;padding-inline-start:16px;color:#fff;white-space:nowrap;text-shadow:0 0 3px #000,0 0 3px #000}
.over-page .laser:before{content:"";position:absolute;left:-8px;top:-8px;width:16px;height:16px;border-radius:50%;background:#1769e0;box-shadow:0 0 0 2px #fff,0 0 12px 4px #1769e0aa}
.over-page [hidden]{display:none}`;
