// SPDX-License-Identifier: Apache-2.0

/// Comes after the tools' styles.
export const askStyles = `
dialog{margin:auto;max-width:min(376px,calc(100% - 16px));padding:20px 16px;border:0;border-radius:var(--vitrine-radius,14px);
color:CanvasText;background:Canvas;box-shadow:0 6px 24px #0006;font-size:15px;text-align:start}
dialog::backdrop{background:#0006}
dialog ul{padding:0;margin:12px 0;list-style:none;max-height:50vh;overflow:auto}
dialog label{display:flex;align-items:center;gap:12px;min-height:56px;cursor:pointer}
dialog label img{width:44px;height:44px;object-fit:cover;border-radius:8px}
dialog [type=checkbox]{width:20px;height:20px;flex:none;accent-color:var(--vitrine-accent,#1f4d45)}
dialog [type=range]{width:100%;min-height:44px;accent-color:var(--vitrine-accent,#1f4d45)}
.pay{aspect-ratio:54/86;max-height:40vh;margin:16px auto 8px;border:2px solid;border-bottom:0;border-radius:12px 12px 0 0}
.does{display:flex;justify-content:end;gap:8px}
.does button{min-height:44px;padding:0 16px}
.does .main{background:var(--vitrine-accent,#1f4d45);color:var(--vitrine-on-accent,#fff);border:1px solid color-mix(in srgb,CanvasText 36%,var(--vitrine-accent,#1f4d45))}.does .main:disabled{opacity:.4}
@media (forced-colors:active){.does button{border:1px solid}}`;
