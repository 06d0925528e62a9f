// SPDX-License-Identifier: Apache-2.0
export const watchStyle = `
.later{display:grid;gap:8px;padding-bottom:8px;justify-items:start;text-align:start}
/* A card has one action; to hear of it later is a quieter one, and none while a size is asked for. */
.later .take{padding:0}
.take~.n{background:none;padding-inline:0;color:var(--s);text-decoration:underline;text-underline-offset:3px}
.later:has(.sizes)>.n{display:none}
.watch{display:grid;gap:12px;width:min(300px,74vw);margin-top:4px;padding:14px;border:1px solid color-mix(in srgb,CanvasText 16%,Canvas);border-radius:var(--r);background:Canvas;color:CanvasText;text-align:start;white-space:normal}
form.watch{padding:14px}
.act .watch{width:100%}
.watch p,.watch fieldset{margin:0;padding:0;border:0;min-width:0}
.watch label{display:flex;gap:10px;align-items:center;min-height:40px}
.watch label.col{display:grid;gap:4px;font-size:13px}
.watch input[type=checkbox]{width:20px;height:20px;margin:0;accent-color:var(--a);flex:none}
.watch select,.watch input[type=email]{font:inherit;font-size:16px;color:inherit;min-height:44px;width:100%;padding:4px 10px;border:1px solid color-mix(in srgb,CanvasText 55%,Canvas);border-radius:8px;background:Canvas}
.watch :is(input,select):focus-visible{outline:2px solid var(--h);outline-offset:2px}
.watch .row .n{min-height:44px;flex:1}
.watch s{color:var(--s);font-weight:400}
@media(forced-colors:active){.watch{border:1px solid}}`;
