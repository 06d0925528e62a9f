// SPDX-License-Identifier: Apache-2.0

/// The look of what ending-chunk.ts shows. In the short list of what comes after, only the stars and one button speak up.
export const endingStyle = `
.log+.over{flex:none;gap:14px;padding:20px 20px 28px;align-items:center;text-align:center}
.over h3{margin:0;font-size:15px;font-weight:600}
form.rate,.recap{padding:0;display:flex;flex-direction:column;gap:12px;width:100%;max-width:320px}
.recap{gap:8px;padding-top:8px}
.rate label,.recap label{display:flex;flex-direction:column;gap:4px;font-size:13px;color:var(--s)}
.rate fieldset{border:0;margin:0;padding:0;display:flex;justify-content:center;flex-wrap:wrap}
.rate legend{padding:0;margin:auto;font-weight:600}
.rate .star{display:grid;place-items:center;width:48px;height:48px;border-radius:8px;cursor:pointer;color:var(--s)}
.rate .on .star{color:light-dark(var(--a),CanvasText)}
.rate .on path{fill:currentColor}
.rate input:focus-visible+.star{outline:2px solid var(--h)}
.rate textarea{height:auto;max-height:160px}
.rate textarea,.recap input{font:15px/1.45 var(--vitrine-font,system-ui,sans-serif);text-align:start;color:CanvasText;background:Canvas;border:1px solid color-mix(in srgb,CanvasText 48%,Canvas);border-radius:8px;padding:8px 12px;min-height:44px;min-width:0}
.rate textarea:focus-visible,.recap input:focus-visible{outline:2px solid var(--h);outline-offset:1px}
.recap label{text-align:start}
.recap [aria-invalid=true]{border-color:light-dark(#b3261e,#ff8a80)}
.recap .n{min-height:44px}
.recap form{padding:0;display:flex;flex-direction:column;gap:8px}
.recap a{display:grid;place-items:center;text-decoration:none}
.recap .row input{flex:1;width:0}`;
