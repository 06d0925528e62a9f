// SPDX-License-Identifier: Apache-2.0

/// The look of what basket-chunk.ts shows.
export const basketStyle = `
.basket{flex:1;min-height:0;display:flex;flex-direction:column}
.basket>.row{padding:4px 20px 8px 8px;flex-wrap:nowrap}
.basket .i{min-width:44px;min-height:44px}
.basket h2{font-weight:600}
.basket ul{flex:1;overflow-y:auto;margin:0;padding:0 20px;list-style:none}
.basket li{display:grid;grid-template-columns:64px 1fr auto;gap:2px 14px;align-items:center;max-width:none;padding:12px 0;border-bottom:1px solid color-mix(in srgb,CanvasText 12%,Canvas)}
.basket img,.basket li>i{grid-row:span 2;width:64px;height:64px;object-fit:cover;border-radius:8px;background:var(--f)}
.basket b{font-weight:600}
.basket .sum{font-variant-numeric:tabular-nums;white-space:nowrap}
.basket .count{grid-column:2/-1;display:flex;align-items:center;gap:2px}
.basket .n-of{min-width:28px;text-align:center;font-variant-numeric:tabular-nums}
.basket .count .i:last-of-type{margin-inline-start:auto}
.basket li .said{grid-column:2/-1;font-size:13px}
.basket .foot{padding:12px 20px 20px;display:grid;gap:12px}
.basket .foot p{display:flex;justify-content:space-between;font-size:18px;font-weight:600;font-variant-numeric:tabular-nums}
.basket .pay{min-height:48px;display:grid;place-items:center;text-decoration:none;font-size:15px}`;
