// SPDX-License-Identifier: Apache-2.0

/// The panel's own sheet, with the values of ui/tokens under short names: it travels with every chat, so it is counted in
/// bytes. The viewer's chunk brings the tokens and controls themselves. `.n` is a button, `.m` the one action of a place,
/// `.i` an icon's button, `.q` quiet text, `.u` words for assistive technology only.
export const style = `
:host{--a:var(--vitrine-accent,#1f4d45);--o:var(--vitrine-on-accent,#fff);--s:color-mix(in srgb,CanvasText 66%,Canvas);--f:color-mix(in srgb,CanvasText 6%,Canvas);--r:var(--vitrine-radius,14px);--h:var(--vitrine-focus,CanvasText)}
*{box-sizing:border-box}
#vt{position:fixed;inset:auto 20px 20px auto;max-width:none;max-height:none;margin:0;padding:0;border:0;width:400px;height:min(700px,100dvh - 40px);display:grid;grid-template:auto 1fr/1fr;overflow:hidden;border-radius:var(--r);background:Canvas;color:CanvasText;box-shadow:0 6px 24px #0004;font:15px/1.45 var(--vitrine-font,system-ui);overflow-wrap:anywhere}
:host([data-left]) #vt{inset:auto auto 20px 20px}
h2,p,ol{margin:0;padding:0;list-style:none;font:inherit}
.n,.i{font:inherit;font-size:13px;font-weight:500;color:inherit;background:var(--f);border:0;min-height:40px;border-radius:8px;padding:4px 14px;cursor:pointer}
.i{display:grid;place-items:center;width:40px;padding:0;background:none}
.n:hover,.i:hover{background:color-mix(in srgb,CanvasText 12%,Canvas)}
.m.m{background:var(--a);color:var(--o)}
:disabled{opacity:.4;cursor:default}
.n:focus-visible,.i:focus-visible,.log:focus-visible,a:focus-visible{outline:2px solid var(--h);outline-offset:2px}
.u{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.q{color:var(--s);font-size:13px}
.head{grid-column:1/-1;display:flex;align-items:center;gap:4px;padding:12px 20px;min-height:64px}
.head div:first-child{flex:1;min-width:0}
.head h2{font-weight:600}
.tabs{display:none}
.talk{display:flex;flex-direction:column;min-height:0;min-width:0}
.log,.mid{flex:1;overflow-y:auto;padding:12px 20px;display:flex;flex-direction:column}
ol{margin-top:auto;display:flex;flex-direction:column;align-items:flex-start;gap:4px}
li{max-width:86%}
.me{align-self:flex-end;text-align:end}
.turn{margin-top:12px}
.b{display:inline-block;text-align:start;padding:8px 14px;border-radius:var(--r);background:var(--f);white-space:pre-wrap}
.me .b{background:var(--a);color:var(--o)}
form{padding:8px 12px 12px}
.box{display:flex;align-items:flex-end;padding:4px;border-radius:var(--r);background:var(--f)}
.box:focus-within{outline:2px solid var(--h)}
textarea{flex:1;min-width:0;border:0;outline:0;background:none;color:inherit;font:inherit;resize:none;padding:9px;height:40px;max-height:132px;field-sizing:content}
textarea::placeholder{color:var(--s);opacity:1}
.bad{color:light-dark(#b3261e,#ff8a80)}
.mid{gap:20px}
.mid h2{font-size:24px;line-height:1.25;font-weight:600}
.ctr{text-align:center;align-items:center;justify-content:center}
.big{font-size:96px;line-height:1.1;font-weight:300;font-variant-numeric:tabular-nums}
@media(max-width:640px){#vt{display:flex;flex-direction:column;inset:0!important;width:100vw!important;height:var(--high,100dvh)!important;border-radius:0}
.talk{flex:1}}
@media(forced-colors:active){#vt,.b,.box,.n,.i{border:1px solid}}`;
