// SPDX-License-Identifier: Apache-2.0
/// Pages of a shop that has integrated nothing: the script tag and what shops write for search engines and analytics anyway. They
/// are a shop of their own. Messy on purpose: broken JSON, a second piece, a customer's name and address where
/// shops put them, which must not leave the page.

import { createServer } from 'node:http';

export const CANARIES = ['ada.canary@example.test', 'Ada Canary', '1 Canary Row'];
const [mail, name, street] = CANARIES;

const PIXEL = Buffer.from('R0lGODlhAQABAAAAACwAAAAAAQABAAA=', 'base64');

const ld = (data) => `<script type="application/ld+json">${typeof data === 'string' ? data : JSON.stringify(data)}</script>`;
const watch = { item_id: 'VT-5001', item_name: 'Noon Dress Watch', price: 1850, quantity: 1 };
const hoops = { item_id: 'X-77', item_name: 'Plain hoops', price: '120.00', quantity: 2 };

const PAGES = {
  watch: {
    title: 'A watch',
    head: `${ld('{"@context":"https://schema.org","@type":"BreadcrumbList",}')}
      ${ld({ '@context': 'https://schema.org', '@graph': [{ '@type': 'WebPage' },
    { '@type': 'Product', sku: 'VT-1002', url: '/ring', name: 'Customers also like' },
    { '@type': 'Product', sku: 'VT-5001', url: '/watch', name: 'Noon Dress Watch', image: ['/picture.jpg'],
      offers: [{ '@type': 'Offer', price: '1.850,00 €', priceCurrency: 'EUR', availability: 'https://schema.org/InStock' }] }] })}`,
    body: `<h1>Noon Dress Watch</h1><p>1 850 €</p><button id="add">Put into the basket</button>
      <script>document.getElementById('add').onclick = () => dataLayer.push({ event: 'add_to_cart', ecommerce: { currency: 'EUR', value: 1850, items: [${JSON.stringify(watch)}] } })</script>`,
  },
  basket: {
    title: 'Your basket',
    body: `<h1>Your basket</h1><script>gtag('event', 'view_cart', ${JSON.stringify({ currency: 'EUR', value: 2090, items: [watch, hoops] })})</script>`,
  },
  thanks: {
    title: 'Thank you',
    body: `<h1>Thank you, ${name}</h1><p>${street}</p>
      ${ld({ '@type': 'Order', orderNumber: 'PL-1001', customer: { name, email: mail }, billingAddress: street, price: '2129.00', priceCurrency: 'EUR' })}
      <script>dataLayer.push(${JSON.stringify({ event: 'purchase', customer: { email: mail, name }, user_data: { address: street },
    ecommerce: { transaction_id: 'PL-1001', currency: 'EUR', value: 2090, tax: 30, shipping: 9, items: [watch, hoops] } })})</script>`,
  },
};

const html = ({ title, head = '', body }, { site, vitrine }) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
  ${head}<script>window.dataLayer = window.dataLayer || []; function gtag(){ dataLayer.push(arguments) } gtag('js', new Date()); gtag('set', 'user_data', { email: '${mail}' });</script>
  <script async src="${vitrine}/v1/vitrine.js" data-site="${site}"></script></head><body>${body}</body></html>`;

/// A server of its own; resolves { origin, close }. Its origin must be one of the site's.
export async function plainShop({ vitrine, site }) {
  const server = createServer((request, response) => {
    const found = PAGES[new URL(request.url, 'http://plain').pathname.slice(1)];
    if (found) response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(html(found, { site, vitrine }));
    else response.writeHead(200, { 'Content-Type': 'image/gif' }).end(PIXEL); // its pictures
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}
