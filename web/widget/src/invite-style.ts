// SPDX-License-Identifier: Apache-2.0
/// On a phone one low bar at the bottom, over the launcher, whose part it takes: the piece, its price and its sizes stay in sight.
export const inviteStyle = `
#invite{position:absolute;bottom:68px;right:0;box-sizing:border-box;width:min(300px,100vw - 40px);padding:16px;border-radius:var(--vitrine-radius,14px);color:CanvasText;background:Canvas;box-shadow:0 6px 24px #0004;font:15px/1.45 var(--vitrine-font,system-ui);overflow-wrap:anywhere}
:host([data-left]) #invite{right:auto;left:0}
#invite p{margin:0 0 12px}
#invite div{display:flex;flex-wrap:wrap;gap:8px}
#invite button{flex:1 0 auto;min-height:44px;padding:4px 14px;border:0;border-radius:8px;font:inherit;font-size:13px;font-weight:500;color:inherit;background:color-mix(in srgb,CanvasText 6%,Canvas);cursor:pointer}
#invite .yes{color:var(--vitrine-on-accent,#fff);background:var(--vitrine-accent,#1f4d45)}
#invite button:focus-visible{outline:2px solid var(--vitrine-focus,CanvasText);outline-offset:2px}
@media(max-width:640px){#invite{position:fixed;inset:auto 12px 12px!important;z-index:1;width:auto;translate:none!important;display:flex;gap:8px;align-items:center;padding:8px 8px 8px 16px;font-size:14px;line-height:1.35}
#invite p{margin:0;flex:1}
#invite div{flex-wrap:nowrap;gap:0}
#invite button{padding:4px 12px}
#invite .no{font-size:0;width:44px;padding:0;background:none}
#invite .no:before{content:"×";font-size:24px;font-weight:400}}
@media(prefers-reduced-motion:no-preference){#invite{animation:invite .25s}}
@keyframes invite{from{opacity:0;transform:translateY(8px)}}
@media(forced-colors:active){#invite,#invite button{border:1px solid}}`;
