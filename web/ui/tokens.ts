// SPDX-License-Identifier: Apache-2.0

/// Design tokens. Neutrals are mixed from the system's Canvas and CanvasText, so light, dark and forced colours follow the
/// user; the one accent is the site's. Only what a site may set is read from `--vitrine-*`; all else is `--vt-*`.
export const tokens = `
:host,:root{
--vt-accent:var(--vitrine-accent,#1f4d45);--vt-on-accent:var(--vitrine-on-accent,#fff);
--vt-ground:Canvas;--vt-ink:CanvasText;
--vt-soft:color-mix(in srgb,CanvasText 64%,Canvas);
--vt-line:color-mix(in srgb,CanvasText 14%,Canvas);
--vt-fill:color-mix(in srgb,CanvasText 6%,Canvas);
--vt-press:color-mix(in srgb,CanvasText 12%,Canvas);
--vt-alarm:#b3261e;
--vt-focus:var(--vitrine-focus,color-mix(in srgb,CanvasText 75%,var(--vt-accent)));
--vt-radius:var(--vitrine-radius,14px);--vt-inner:8px;
--vt-font:var(--vitrine-font,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif);
--vt-small:13px;--vt-text:15px;--vt-title:18px;--vt-large:24px;
--vt-shadow:0 1px 2px rgb(0 0 0/.08),0 6px 24px rgb(0 0 0/.14);
--vt-quick:140ms}
@supports (color:light-dark(#000,#fff)){:host,:root{--vt-alarm:light-dark(#b3261e,#ff8a80)}}
@media (prefers-reduced-motion:reduce){:host,:root{--vt-quick:0ms}}`;

/// Shared controls: `.vt-button` (with `.vt-main` the one action of a place), `.vt-icon` (square, for an icon) and
/// `.vt-unseen` (for assistive technology only). Needs `tokens`.
export const controls = `
.vt-button,.vt-icon{font:500 var(--vt-small)/1.25 var(--vt-font);color:inherit;background:none;border:0;margin:0;
min-height:32px;border-radius:var(--vt-inner);display:inline-flex;align-items:center;justify-content:center;gap:8px;
cursor:pointer;touch-action:manipulation;-webkit-tap-highlight-color:transparent;transition:background-color var(--vt-quick)}
.vt-button{padding:4px 12px;background:var(--vt-fill)}.vt-icon{padding:0;min-width:32px}
.vt-button:hover,.vt-icon:hover{background:var(--vt-press)}
.vt-main{background:var(--vt-accent);color:var(--vt-on-accent)}
.vt-main:hover{background:color-mix(in srgb,var(--vt-accent) 88%,var(--vt-ink))}
.vt-button:disabled,.vt-icon:disabled{opacity:.4;cursor:default}
.vt-button:focus-visible,.vt-icon:focus-visible{outline:2px solid var(--vt-focus);outline-offset:2px}
@media (pointer:coarse){.vt-button,.vt-icon{min-height:44px}.vt-icon{min-width:44px}}
@media (forced-colors:active){.vt-button,.vt-icon{border:1px solid ButtonText}}
.vt-unseen{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}`;
