// SPDX-License-Identifier: Apache-2.0

/// The guest's page: the picture first, a question below it. Short names as in the panel's sheet.
export const style = `
:root{--a:var(--vitrine-accent,#1f4d45);--o:var(--vitrine-on-accent,#fff);--s:color-mix(in srgb,CanvasText 66%,Canvas);--f:color-mix(in srgb,CanvasText 6%,Canvas);--r:var(--vitrine-radius,14px);color-scheme:light dark;font:15px/1.45 var(--vitrine-font,system-ui,sans-serif);background:Canvas;color:CanvasText;overflow-wrap:anywhere}
*{box-sizing:border-box}
body{margin:0;height:100dvh}
#app{height:100%;display:flex;flex-direction:column}
h1,p{margin:0;font:inherit}
h1{font-weight:600}
.q{color:var(--s);font-size:13px}
.u{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.head{display:flex;gap:4px 16px;flex-wrap:wrap;align-items:baseline;padding:14px 20px}
.see{flex:1;min-height:0;position:relative;background:var(--f)}
.see>div{height:100%}
.none{position:absolute;inset:0;display:grid;place-items:center;padding:32px;text-align:center;color:var(--s)}
.polls{max-height:38dvh;overflow:auto;padding:12px 20px 20px}
.polls ul{margin:0;padding:0;list-style:none;display:flex;flex-wrap:wrap;gap:8px 24px}
.polls li{display:grid;grid-template-columns:auto 1fr;gap:4px 12px;align-items:center;padding:6px 0}
.polls img{grid-row:span 2;width:72px;height:72px;object-fit:cover;border-radius:8px}
.poll>p{font-weight:600}
.row{display:flex;gap:8px}
.n{font:500 15px/1.25 inherit;font-family:inherit;color:inherit;background:var(--f);border:0;min-height:44px;min-width:64px;border-radius:8px;padding:4px 16px;cursor:pointer}
.n.on,.n.m{background:var(--a);color:var(--o);box-shadow:inset 0 0 0 1px color-mix(in srgb,CanvasText 36%,var(--a))}
.n:disabled{opacity:.4;cursor:default}
:focus-visible{outline:2px solid var(--vitrine-focus,CanvasText);outline-offset:2px}
.door{margin:auto;padding:32px 24px;max-width:440px;display:flex;flex-direction:column;gap:16px}
.door h1{font-size:24px;line-height:1.25}
.door label{display:flex;flex-direction:column;gap:4px;font-size:13px;color:var(--s)}
.door input{font:15px/1.45 inherit;font-family:inherit;color:CanvasText;background:var(--f);border:1px solid color-mix(in srgb,CanvasText 48%,Canvas);border-radius:8px;padding:9px 12px;min-height:44px}
@media(forced-colors:active){.n{border:1px solid}}`;
