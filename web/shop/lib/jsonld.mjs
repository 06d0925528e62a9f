// SPDX-License-Identifier: Apache-2.0
// What a piece says about itself to machines: schema.org Product, or ProductGroup with its sizes.
//
// Vitrine's snippet reads this and nothing else. The `identifier` of an image is the SHA-256 of
// the original photograph, which is its media id on the Vitrine server: the viewer can open it
// without asking. Addresses are relative to the page, as they are in its links.

import { toDecimal } from '../client/money.js';

const SCHEMA = 'https://schema.org';

function describeImage(picture) {
  return {
    '@type': 'ImageObject',
    contentUrl: `/${picture.path}`,
    identifier: picture.media,
    width: picture.width,
    height: picture.height,
    caption: picture.alt,
  };
}

function strikethrough(piece) {
  return {
    '@type': 'UnitPriceSpecification',
    priceType: `${SCHEMA}/StrikethroughPrice`,
    price: toDecimal(piece.listPrice),
    priceCurrency: piece.currency,
  };
}

function describeOffer(piece, variant, url) {
  return {
    '@type': 'Offer',
    url,
    price: toDecimal(piece.price),
    priceCurrency: piece.currency,
    ...(piece.listPrice ? { priceSpecification: strikethrough(piece) } : {}),
    availability: `${SCHEMA}/${variant.available ? 'InStock' : 'OutOfStock'}`,
    itemCondition: `${SCHEMA}/NewCondition`,
    seller: { '@type': 'Organization', name: piece.brand },
  };
}

function describeCentimetres(text) {
  return { '@type': 'QuantitativeValue', value: Number.parseFloat(text), unitCode: 'CMT' };
}

function describePiece(piece) {
  return {
    name: piece.title,
    description: piece.description,
    sku: piece.sku,
    url: `/products/${piece.handle}/`,
    brand: { '@type': 'Brand', name: piece.brand },
    category: `${piece.type} > ${piece.kind}`,
    material: piece.material,
    color: piece.colour,
    width: describeCentimetres(piece.width),
    height: describeCentimetres(piece.height),
    image: piece.pictures.map(describeImage),
  };
}

function describeVariant(piece, variant) {
  const url = `/products/${piece.handle}/?variant=${encodeURIComponent(variant.sku)}`;
  return {
    '@type': 'Product',
    name: `${piece.title}, ${variant.size}`,
    sku: variant.sku,
    size: variant.size,
    color: variant.colour,
    image: `/${piece.pictures[0].path}`,
    offers: describeOffer(piece, variant, url),
  };
}

export function productJsonLd(piece) {
  const shared = { '@context': SCHEMA, ...describePiece(piece) };
  if (piece.variants.length === 1) {
    const [variant] = piece.variants;
    const offers = describeOffer(piece, variant, shared.url);
    return { ...shared, '@type': 'Product', size: variant.size, offers };
  }
  return {
    ...shared,
    '@type': 'ProductGroup',
    productGroupID: piece.sku,
    variesBy: [`${SCHEMA}/size`],
    hasVariant: piece.variants.map((variant) => describeVariant(piece, variant)),
  };
}

export function listJsonLd(products) {
  return {
    '@context': SCHEMA,
    '@type': 'ItemList',
    name: 'Maison Vitrine, all pieces',
    numberOfItems: products.length,
    itemListElement: products.map((piece, n) => ({
      '@type': 'ListItem',
      position: n + 1,
      name: piece.title,
      url: `/products/${piece.handle}/`,
    })),
  };
}

/** Pages that sell nothing themselves still say whose they are. */
export function pageJsonLd(title) {
  return {
    '@context': SCHEMA,
    '@type': 'WebPage',
    name: title,
    isPartOf: { '@type': 'WebSite', name: 'Maison Vitrine', url: '/' },
  };
}
