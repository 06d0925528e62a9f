// SPDX-License-Identifier: Apache-2.0
/// Small shops that speak the cart calls which Shopify, WooCommerce and Magento document, each with a bag of its own in memory: what a
/// piece is put into in the tests of the adapters. A piece called `out` is out of stock, `gone` is none.

import { createServer } from 'node:http';

const page = (head, body) => `<!doctype html><html><head><meta charset="utf-8"><title>Shop</title>${head}</head>${body}</html>`;
const read = async (request) => {
  let text = '';
  for await (const part of request) text += part;
  return text;
};
/// A multipart form's fields, as a browser writes them.
const fields = (text) => Object.fromEntries([...text.matchAll(/name="([^"]+)"\r\n\r\n([\s\S]*?)\r\n--/g)].map(([, name, value]) => [name, value]));

const shopify = {
  '/': () => page('<script>window.Shopify = { shop: "s", routes: { root: "/" }, currency: { active: "EUR" } }; window.meta = { product: { id: 9, variants: [{ id: 901, price: 129000, name: "Halo - 52", sku: "VT-1" }] } };</script>', '<body></body>'),
  '/products/halo.js': () => ({ variants: [{ id: 901, sku: 'VT-1' }, { id: 902, sku: 'VT-2' }, { id: 999, sku: 'out' }] }),
  '/cart.js': (bag) => ({ currency: 'EUR', total_price: 129000 * bag.length, items: bag.map(({ id, quantity }) => ({ variant_id: id, sku: 'VT-1', title: 'Halo', quantity, price: 129000, url: '/products/halo', customer: { email: 'ada.canary@example.test' } })) }),
  'POST /cart/add.js': (bag, d) => {
    const [item] = d.items;
    if (item.id === 999) return [422, { status: 422, message: 'Cart Error', description: 'The product is already sold out.' }];
    if (![901, 902].includes(item.id)) return [404, { status: 404, message: 'Cart Error', description: 'Cannot find variant' }];
    bag.push(item);
    return { items: [item] };
  },
  'POST /cart/change.js': (bag, d) => {
    const held = bag.find(({ id }) => String(id) === String(d.id));
    if (!held) return [404, {}];
    held.quantity = d.quantity;
    return {};
  },
};

const woocommerce = {
  '/': () => page('<link rel="https://api.w.org/" href="/wp-json/">', '<body class="single-product woocommerce"><h1 class="product_title">Halo</h1><span class="product_meta"><span class="sku">VT-1</span></span><form class="cart"><button name="add-to-cart" value="41">Add</button></form></body>'),
  '/wp-json/wc/store/v1/products': (_, __, query) => ({ 'VT-1': [{ id: 41 }], out: [{ id: 43 }] })[query.get('sku')] ?? [],
  '/wp-json/wc/store/v1/cart': (bag, _, query) => {
    const whole = { items: bag.map((item) => ({ key: `k${item.id}`, id: item.id, sku: 'VT-1', name: 'Halo', quantity: item.quantity, permalink: '/halo', prices: { price: '129000', currency_minor_unit: 2 } })),
      totals: { total_price: '129000', currency_code: 'EUR', currency_minor_unit: 2 }, billing_address: { first_name: 'Ada Canary' } };
    return Object.fromEntries((query.get('_fields') ?? Object.keys(whole).join()).split(',').map((name) => [name, whole[name]]));
  },
  'POST /wp-json/wc/store/v1/cart/add-item': (bag, d, _, headers) => {
    if (headers.nonce !== 'n-1') return [401, { code: 'woocommerce_rest_missing_nonce' }];
    if (d.id === 43) return [400, { code: 'woocommerce_rest_product_out_of_stock' }];
    if (d.id !== 41) return [400, { code: 'woocommerce_rest_cart_invalid_product' }];
    bag.push(d);
    return [201, {}];
  },
  'POST /wp-json/wc/store/v1/cart/remove-item': (bag, d) => { bag.splice(bag.findIndex(({ id }) => `k${id}` === d.key), 1); return {}; },
};

const form = (sku) => `<form id="product_addtocart_form" data-product-sku="${sku}" action="/checkout/cart/add/product/7/"><input name="product" value="7"><input name="form_key" value="of-the-cache"><input name="qty" value="1"></form>`;
const magento = {
  '/': () => page('<script type="text/x-magento-init">{}</script><script>document.cookie = "form_key=of-the-visit"</script>', `<body><h1 class="page-title">Halo</h1><span data-price-type="finalPrice" data-price-amount="1290"></span>${form('VT-1')}</body>`),
  '/out': () => page('', `<body><div class="stock unavailable">Out of stock</div>${form('out')}</body>`),
  '/other': () => page('', `<body>${form('VT-2')}</body>`),
  'POST /checkout/cart/add/product/7/': (bag, d) => {
    if (d.form_key !== 'of-the-visit') return { backUrl: '/' };
    bag.push(d);
    return [];
  },
  'POST /checkout/sidebar/updateItemQty/': (bag, d) => {
    if (d.form_key !== 'of-the-visit' || d.item_id !== '31') return { success: false, error_message: 'We can\'t find the quote item.' };
    if (Number(d.item_qty) > 5) return { success: false, error_message: 'The requested qty is not available' };
    bag[0].qty = d.item_qty;
    return { success: true };
  },
  'POST /checkout/sidebar/removeItem/': (bag, d) => { bag.splice(0, d.item_id === '31' ? 1 : 0); return { success: true }; },
};

/// Resolves { origin, bag, close }.
export async function openShop(name) {
  const routes = { shopify, woocommerce, magento }[name];
  const bag = [];
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://shop');
    const route = routes[request.method === 'POST' ? `POST ${pathname}` : pathname];
    const text = await read(request);
    const made = route?.(bag, text.startsWith('{') ? JSON.parse(text) : fields(text), searchParams, request.headers);
    const [status, body] = !route ? [404, ''] : Array.isArray(made) && Number.isInteger(made[0]) ? made : [200, made];
    const isText = typeof body === 'string';
    response.writeHead(status, { 'Content-Type': isText ? 'text/html; charset=utf-8' : 'application/json', Nonce: 'n-1' }).end(isText ? body : JSON.stringify(body));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { origin: `http://127.0.0.1:${server.address().port}`, bag, close: () => { server.closeAllConnections(); return new Promise((done) => server.close(done)); } };
}
