// SPDX-License-Identifier: Apache-2.0

/// Comes after the tools' styles. The bar is below the picture: a film has its captions at its foot.
export const filmStyles = `
.filming{grid:"stage" minmax(0,1fr) "film" auto "strip" auto "tools" minmax(52px,auto)/minmax(0,1fr)}
.filming.wide{grid:"stage stage stage" minmax(0,1fr) "film film film" auto "strip tools chip" minmax(52px,auto)/minmax(0,1fr) auto minmax(0,1fr)}
/* Its poster may come later than the film. */
.filming .old{opacity:1}
video{position:absolute;inset:0;width:100%;height:100%}
.film{grid-area:film;display:flex;align-items:center;gap:8px;padding:4px 12px 0}
.film input{flex:1;min-width:0;height:32px;margin:0;accent-color:var(--vitrine-accent,#1f4d45)}
.film span{min-width:80px;text-align:end;font-variant-numeric:tabular-nums}
.film [aria-pressed=false]{opacity:.5}
.begin{grid-area:stage;place-self:center;min-height:56px;padding:0 24px 0 16px;gap:8px;font-size:15px;border-radius:28px}
@media (pointer:coarse){.film input{height:44px}}`;
