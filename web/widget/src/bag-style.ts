// SPDX-License-Identifier: Apache-2.0

/// The look of what bag-chunk.ts shows.
export const bagStyle = `
.take{display:flex;flex-direction:column;gap:8px;align-items:flex-start;padding-bottom:8px}
.take .n{min-height:44px;padding:4px 18px}
.take .row{gap:4px 12px}
.inbag:before{content:"";display:inline-block;width:6px;height:11px;margin-inline:4px 10px;border:solid;border-width:0 2px 2px 0;rotate:45deg;translate:0 -2px}
.inbag{font-size:13px;font-weight:600}
.told{align-self:center;text-align:center;max-width:100%}
.offer{margin:8px 12px;padding:16px;display:flex;flex-direction:column;gap:12px;border-radius:var(--r);background:var(--f)}
.offer .two{display:flex;gap:8px}
.offer .two .n{flex:1;min-height:44px;background:Canvas}
.offer .two .m{background:var(--a)}
.offer.over{position:fixed;inset:auto 20px 92px auto;z-index:1;width:min(380px,100vw - 40px);margin:0;background:Canvas;color:CanvasText;box-shadow:0 6px 24px #0004;font:15px/1.45 var(--vitrine-font,system-ui)}
:host([data-left]) .offer.over{inset-inline:20px auto}
.offer.over .two .n:not(.m){background:var(--f)}
.offer p{margin:0}
@media(forced-colors:active){.offer{border:1px solid}}`;
