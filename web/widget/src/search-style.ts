// SPDX-License-Identifier: Apache-2.0

/// The look of what search-chunk.ts shows.
export const searchStyle = `
.find{flex:1;min-height:0;display:flex;flex-direction:column}
.find form{display:flex;gap:4px;align-items:center;padding:4px 12px 8px 8px}
.find input[type=search],.find .to input{font:inherit;color:inherit;background:var(--f);border:1px solid color-mix(in srgb,CanvasText 48%,Canvas);border-radius:8px;padding:8px 12px;min-height:44px;min-width:0;flex:1}
.find input:focus-visible{outline:2px solid var(--h);outline-offset:1px}
.find input::placeholder{color:var(--s);opacity:1}
.find .i{min-width:44px;min-height:44px}
.by{display:flex;gap:6px;padding:2px 12px 10px;overflow-x:auto;flex:none;scrollbar-width:none}
.by.in{flex-wrap:wrap;max-height:176px;overflow-y:auto;padding-block:0 10px}
.by .n{flex:none;min-height:36px;border-radius:18px;padding:4px 13px;max-width:100%}
.by .n[aria-pressed=true],.by .n[aria-expanded=true]{box-shadow:inset 0 0 0 2px light-dark(var(--a),CanvasText)}
.by small{font-size:13px;color:var(--s)}
.by .to{display:flex;gap:8px;align-items:center;font-size:13px;flex:1}
.found{flex:1;overflow-y:auto;padding:0 12px 16px;overscroll-behavior:contain}
.found ul{margin:0;padding:0;list-style:none}
.found li{max-width:none}
.found>.q{padding:4px 8px 8px}
.hit{display:flex;gap:14px;align-items:center;width:100%;padding:8px;border:0;border-radius:8px;background:none;color:inherit;font:inherit;text-align:start;cursor:pointer}
.hit:hover{background:var(--f)}
.hit:focus-visible,.piece h2:focus-visible{outline:2px solid var(--h);outline-offset:-2px}
.hit img,.hit i{width:84px;height:84px;object-fit:cover;border-radius:8px;flex:none;background:var(--f)}
.hit span{display:block}
.hit b{font-weight:600;display:block}
.cost{font-variant-numeric:tabular-nums}
.cost s{color:var(--s);font-size:13px;margin-inline-start:8px}
.piece{flex:1;overflow-y:auto;padding:0 20px 16px;display:flex;flex-direction:column;gap:14px}
.piece .shot{width:100%;flex:1 0 180px;max-height:46%;min-height:0;object-fit:contain;border-radius:8px;background:var(--f)}
.piece h2{font-size:18px;line-height:1.3;font-weight:600}
.piece .cost{font-size:18px}
.piece .about{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:4;overflow:hidden}
.piece .row>*{flex:1 1 auto;min-height:44px;display:grid;place-items:center;text-decoration:none}
@media(max-width:640px){.find:focus-within .by.in{max-height:120px}}
@media(forced-colors:active){.by [aria-pressed=true]{outline:3px solid Highlight}.hit{border:1px solid}}`;
