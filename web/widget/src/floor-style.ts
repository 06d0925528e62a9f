// SPDX-License-Identifier: Apache-2.0

/// The look of what floor-chunk.ts shows. The form's fields are underlined by their box, not by lines of their own. An accent as
/// dark as a dark panel has an edge that tells it from the ground.
export const floorStyle = `
form.leave{display:flex;flex-direction:column;gap:14px;padding:0}
.leave label{display:flex;flex-direction:column;gap:4px;font-size:13px;color:var(--s)}
.leave input,.leave textarea{font:15px/1.45 var(--vitrine-font,system-ui,sans-serif);color:CanvasText;background:var(--f);border:1px solid color-mix(in srgb,CanvasText 48%,Canvas);border-radius:8px;padding:9px 12px;min-height:44px;width:100%;height:auto;max-height:none;flex:none}
.leave textarea{min-height:96px;max-height:220px}
.leave input:focus-visible,.leave textarea:focus-visible{outline:2px solid var(--h);outline-offset:1px}
.leave [aria-invalid=true]{border-color:light-dark(#b3261e,#ff8a80)}
.leave .m,.mid>.m{min-height:44px}
.mid .notes{margin:0;padding:0;list-style:none;display:flex;flex-direction:column;width:100%;max-width:320px;gap:8px;align-items:stretch}
.notes li{max-width:none;display:flex;gap:12px;align-items:center;text-align:start;padding:12px;border-radius:8px;background:var(--f);font-size:13px}
.notes img{width:56px;height:56px;object-fit:cover;border-radius:8px;flex:none}
.notes .greet{padding:0;background:none;display:block;font-size:15px}
.notes .greet img{width:100%;height:auto;max-height:34vh;border-radius:var(--r);margin-bottom:6px}
.notes a{color:inherit}
.wait{justify-content:safe center}
.wait .big{font-size:80px}
.arrived{padding:12px 20px 4px;font-size:15px;color:CanvasText}
.notes .greet:not(:has(img)){text-align:center}
.head{padding-inline:20px 12px}
.m.m,.n.on,.me .b:not(.card){box-shadow:inset 0 0 0 1px color-mix(in srgb,CanvasText 36%,var(--a))}
@media(forced-colors:active){.notes li{border:1px solid}.b.card.card{padding-inline-end:12px}}`;
