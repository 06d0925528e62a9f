// SPDX-License-Identifier: Apache-2.0

/// One column of pieces, each as large as the reader's screen allows; on paper one or two to a sheet, in ink on white.
export const style = `
*{box-sizing:border-box}
html{color-scheme:light dark;background:Canvas;color:CanvasText;font:var(--vt-text)/1.45 var(--vt-font);-webkit-text-size-adjust:100%}
body,h1,h2,p,ol,dl,dd,figure{margin:0;padding:0;list-style:none}
main{max-width:640px;min-height:100dvh;margin:auto;padding:max(32px,env(safe-area-inset-top)) 20px 48px;display:flex;flex-direction:column;gap:40px}
header{display:grid;gap:4px}
header p,.price,.until,dt{color:var(--vt-soft)}
[dir=auto]{text-align:match-parent}
h1{font-size:var(--vt-large);line-height:1.25;font-weight:600;text-wrap:balance}
h2{font-size:var(--vt-title);font-weight:600}
h1:focus{outline:0}
ol{display:grid;gap:48px}
figure{display:grid;gap:4px}
figure img,video,.unseen{display:block;width:100%;height:auto;aspect-ratio:1;object-fit:contain;border-radius:var(--vt-inner);background:var(--vt-fill);margin-bottom:8px}
video{max-height:80dvh;background:#000}
.unseen{display:grid;place-items:center;color:var(--vt-soft)}
figure b{font-size:var(--vt-title);font-weight:600;overflow-wrap:anywhere}
a{color:inherit;text-underline-offset:3px}
.price{font-variant-numeric:tabular-nums}
.price:empty{display:none}
section{display:grid;gap:16px}
dl{display:grid;gap:12px}
dt{font-size:var(--vt-small)}
dd{overflow-wrap:anywhere;white-space:pre-wrap}
footer{display:flex;flex-wrap:wrap;gap:12px;align-items:center}
footer .vt-button{min-height:44px;padding:4px 20px;font-size:var(--vt-text);text-decoration:none}
footer .until{flex-basis:100%;font-size:var(--vt-small)}
.over{flex:1;display:grid;justify-items:center;align-content:center;gap:12px;text-align:center;padding-bottom:15vh}
.over p{color:var(--vt-soft);max-width:36ch;text-wrap:balance}
.over .vt-button{min-height:44px;padding:4px 24px;margin-top:8px}
:focus-visible:not(h1){outline:2px solid var(--vt-focus);outline-offset:2px}
.print{display:none}
@media print{
html{color-scheme:light;font-size:11pt}
main{max-width:none;min-height:0;padding:0;gap:20pt}
ol{grid-template-columns:1fr 1fr;gap:20pt}
figure,dl>div{break-inside:avoid}
h2{break-after:avoid}
figure img{border-radius:0;background:none}
footer .vt-button{display:none}
.print{display:block;font-size:9pt;overflow-wrap:anywhere}
}`;
