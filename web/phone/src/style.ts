// SPDX-License-Identifier: Apache-2.0

/// The widget's look on a page of its own: one column, the one action at the thumb.
export const style = `
*{box-sizing:border-box}
html{color-scheme:light dark;background:Canvas;color:CanvasText;font:var(--vt-text)/1.45 var(--vt-font);-webkit-text-size-adjust:100%}
body,h1,p,ol{margin:0;padding:0;list-style:none}
main{min-height:100dvh;max-width:480px;margin:auto;padding:max(24px,env(safe-area-inset-top)) 20px max(16px,env(safe-area-inset-bottom));display:flex;flex-direction:column;gap:20px}
.site{font-size:var(--vt-small);color:var(--vt-soft)}
h1{font-size:var(--vt-large);line-height:1.25;font-weight:600;text-wrap:balance}
.lead{color:var(--vt-soft)}
header{display:grid;gap:4px}
ol{flex:1;display:flex;flex-direction:column;gap:12px}
li{display:grid;grid-template-columns:72px minmax(0,1fr) auto;gap:4px 12px;align-items:center}
li .shot{grid-row:1/3;width:72px;height:72px;border-radius:var(--vt-inner);background:var(--vt-fill);display:grid;place-items:center;color:var(--vt-soft);overflow:hidden}
li img,li video{width:100%;height:100%;object-fit:cover}
li .what{align-self:end;grid-column:2/-1;display:flex;align-items:center;gap:6px;font-weight:500}
li.failed .what{color:var(--vt-alarm);font-weight:400;font-size:var(--vt-small);grid-column:2;grid-row:1/3;align-self:center}
li.failed .vt-button{grid-column:3;grid-row:1/3}
li.shown .what{align-self:center;grid-row:1/3}
progress{grid-column:2/-1;align-self:start;appearance:none;width:100%;height:4px;border:0;border-radius:2px;overflow:hidden;background:var(--vt-press)}
progress::-webkit-progress-bar{background:var(--vt-press)}
progress::-webkit-progress-value{background:var(--vt-accent);transition:width var(--vt-quick)}
progress::-moz-progress-bar{background:var(--vt-accent)}
footer{position:sticky;bottom:0;display:grid;gap:8px;padding-top:12px;background:Canvas}
footer .vt-button{min-height:48px;font-size:var(--vt-text);border-radius:var(--vt-radius)}
footer .vt-main{min-height:64px;font-size:var(--vt-title);gap:12px}
footer p{text-align:center;font-size:var(--vt-small);color:var(--vt-soft);font-variant-numeric:tabular-nums}
h1:focus{outline:0}
.over{flex:1;display:grid;justify-items:center;align-content:center;gap:12px;text-align:center;padding-bottom:15vh}
.over svg{color:var(--vt-soft);margin-bottom:8px}
.over p{color:var(--vt-soft);max-width:32ch;text-wrap:balance}
.over .vt-button{min-height:48px;padding:4px 24px;margin-top:8px}
[hidden]{display:none!important}
:focus-visible:not(h1){outline:2px solid var(--vt-focus);outline-offset:2px}
@media(forced-colors:active){progress,.shot{border:1px solid CanvasText}}`;
