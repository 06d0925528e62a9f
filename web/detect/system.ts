// SPDX-License-Identifier: Apache-2.0

/// Which shop system made the page. Its own half (platform.ts, adapters.ts) is loaded where there is one.
export type System = 'shopify' | 'woocommerce' | 'magento';
export type Win = Window & Record<string, unknown>;

export function systemOf(win: Win, doc: Document): System | undefined {
  if (typeof win['Shopify'] === 'object') return 'shopify';
  if (doc.body.matches('[class*=woocommerce]') || win['wc_add_to_cart_params'] || win['wcSettings']) return 'woocommerce';
  return doc.querySelector('[data-mage-init],script[type="text/x-magento-init"]') ? 'magento' : undefined;
}
