// SPDX-License-Identifier: Apache-2.0
/// A hostile page in the mirror: nothing of it runs, loads from elsewhere or leads anywhere. Three ways in: as the recorder and
/// its guard tell it, as a whole picture written by hand past both, and by hand as changes, attribute by attribute. The filter
/// is asked alone, without the policy that stands behind it, and then with it.

import { expect, test as base } from '@playwright/test';

import { STRAY, vectors } from './lib/corpus/xss/index.mjs';
import { openMirror } from './lib/mirror.mjs';

const ALONE = { 'the filter alone': false, 'filter and policy': true };

const test = base.extend({
  theatres: [async ({}, use) => {
    const pages = Object.fromEntries(vectors.map(({ name, html }) => [name, html]));
    const both = Object.fromEntries(await Promise.all(Object.entries(ALONE).map(async ([how, policed]) => [how, await openMirror(pages, { policed })])));
    await use(both);
    for (const theatre of Object.values(both)) await theatre.close();
  }, { scope: 'worker' }],
});

/// The page as ops, every tag, attribute and text of it as it stands: what a raw socket could send. Scripts are parsed, not run.
const byHand = (page, html) => page.evaluate((source) => {
  let id = 0;
  // Of the prototypes, for a page may name its fields like anything one asks a node.
  const of = (proto, name) => Object.getOwnPropertyDescriptor(proto, name).get;
  const [kids, text] = [of(Node.prototype, 'childNodes'), of(Node.prototype, 'textContent')];
  const { getAttributeNames, getAttribute } = Element.prototype;
  const tree = (node) => {
    const own = { id: ++id };
    const childNodes = [...kids.call(node)].map((kid) => tree(kid));
    const type = of(Node.prototype, 'nodeType').call(node);
    if (type === 9) return { ...own, type: 0, childNodes };
    if (type === 10) return { ...own, type: 1, name: 'html', publicId: '', systemId: '' };
    if (type !== 1) return { ...own, type: type === 3 ? 3 : 5, textContent: text.call(node) };
    const attributes = Object.fromEntries(getAttributeNames.call(node).map((name) => [name, getAttribute.call(node, name)]));
    const tagName = of(Element.prototype, 'localName').call(node).toLowerCase();
    if (tagName === 'style') attributes._cssText = text.call(node);
    const inside = tagName === 'template' ? [...node.content.childNodes].map((kid) => tree(kid)) : [];
    const isSVG = of(Element.prototype, 'namespaceURI').call(node).endsWith('svg');
    return { ...own, type: 2, tagName, attributes, childNodes: [...childNodes, ...inside], ...(isSVG ? { isSVG } : {}) };
  };
  return tree(new DOMParser().parseFromString(source, 'text/html'));
}, html);

/// The same as changes to an empty page: each node bare, then its attributes one by one.
function asChanges(document) {
  const adds = [];
  const attributes = [];
  const walk = (node, parentId) => {
    const { childNodes = [], attributes: own = {}, ...bare } = node;
    adds.push({ parentId, nextId: null, node: bare.type === 2 ? { ...bare, attributes: {}, childNodes: [] } : bare });
    for (const [name, value] of Object.entries(own)) attributes.push({ id: node.id, attributes: { [name]: value } });
    for (const kid of childNodes) walk(kid, node.id);
  };
  const html = document.childNodes.find((n) => n.type === 2);
  const body = html.childNodes.find((n) => n.tagName === 'body');
  const head = html.childNodes.find((n) => n.tagName === 'head');
  for (const kid of [...head.childNodes, ...body.childNodes]) walk(kid, body.id);
  const empty = (n) => ({ ...n, attributes: {}, childNodes: [] });
  const key = { ...document, childNodes: [{ ...empty(html), childNodes: [empty(head), empty(body)] }] };
  return [key, ...adds.map((add) => ({ source: 0, adds: [add], removes: [], texts: [], attributes: [] })),
    ...attributes.map((one) => ({ source: 0, adds: [], removes: [], texts: [], attributes: [one] }))];
}

const picture = (node) => [{ type: 4, data: { href: '', width: 600, height: 400 } }, { type: 2, data: { node, initialOffset: { top: 0, left: 0 } } }];

/// Shows ops and says what came of it.
async function show(browser, theatre, policed, first, rest) {
  const context = await browser.newContext({ viewport: { width: 800, height: 600 } });
  const page = await context.newPage();
  const asked = [];
  let isShowing = false;
  // What the policy refuses never comes to a route. Without it a picture of any host may be asked for, and nothing else.
  await context.route('**/*', (route) => {
    const request = route.request();
    const url = request.url();
    const isPicture = /^(image|media|font|stylesheet)$/.test(request.resourceType()) && url.startsWith(`${STRAY}/`);
    if (isShowing && !url.startsWith(`${theatre.shop}/`) && (policed || !isPicture)) asked.push(`${request.resourceType()} ${url}`);
    return url.startsWith(STRAY) ? route.abort() : route.continue();
  });
  const went = [];
  page.on('dialog', (d) => { went.push(`dialog ${d.message()}`); void d.dismiss(); });
  context.on('page', (other) => went.push(`window ${other.url()}`));
  await page.goto(`${theatre.vitrine}/host`);
  await expect.poll(() => page.evaluate(() => words.some((w) => w.t === 'ready'))).toBe(true);
  isShowing = true;
  page.on('framenavigated', (f) => { if (!['about:blank', 'about:srcdoc'].includes(f.url()) || f.url() === 'about:srcdoc') went.push(f.url()); });
  await page.evaluate(([ops, more]) => {
    tell({ t: 'key', page: 1, ops });
    for (const data of more) tell({ t: 'delta', page: 1, ops: [{ type: 3, data }] });
  }, [first, rest]);
  await expect.poll(() => page.evaluate(() => words.some((w) => w.t === 'shown' || w.t === 'lost'))).toBe(true);
  await page.waitForTimeout(250);
  // The hand goes over all of it, as an associate's would.
  for (const [x, y] of [[300, 120], [420, 220], [300, 320]]) await page.mouse.click(x, y);
  await page.waitForTimeout(100);
  const pwned = [];
  for (const frame of page.frames()) pwned.push(...await frame.evaluate(() => window.vitrinePwned ?? []).catch(() => []));
  const shown = await page.evaluate(() => words.some((w) => w.t === 'shown'));
  await context.close();
  return { pwned, asked, went, shown };
}

const CLEAN = { pwned: [], asked: [], went: [], shown: true };

for (const [how, policed] of Object.entries(ALONE)) {
  for (const { name, html } of vectors) {
    test(`${how}: ${name}`, async ({ browser, theatres }) => {
      const theatre = theatres[how];
      const customer = await browser.newPage({ viewport: { width: 600, height: 400 } });
      // By hand, first: the page that reads it never runs it.
      const document = await byHand(customer, html);
      const look = (first, rest) => show(browser, theatre, policed, first, rest);
      expect.soft(await look(picture(document), []), 'as a picture, by hand').toEqual(CLEAN);
      const [key, ...changes] = asChanges(document);
      expect.soft(await look(picture(key), changes), 'as changes, by hand').toEqual(CLEAN);
      if (policed) {
        await customer.route(/stray\.example/, (route) => route.abort());
        await customer.goto(`${theatre.shop}/page/${name}`, { waitUntil: 'domcontentloaded' });
        await customer.addScriptTag({ content: theatre.script }).catch(() => undefined);
        await customer.waitForTimeout(400);
        // A page that has left itself has nothing to tell.
        const told = await customer.evaluate(() => window.told ?? []).catch(() => []);
        const isPicture = (op) => op.type === 4 || op.type === 2;
        if (told.some((op) => op.type === 2)) {
          expect.soft(await look(told.filter(isPicture), told.filter((op) => op.type === 3).map((op) => op.data)), 'as it is told').toEqual(CLEAN);
        }
      }
      await customer.close();
    });
  }
}
