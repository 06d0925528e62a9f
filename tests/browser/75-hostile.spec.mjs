// SPDX-License-Identifier: Apache-2.0
/// A hostile page in the mirror: nothing of it runs, loads from elsewhere or leads anywhere. Three ways in: as the recorder and
/// its guard tell it, as a whole picture written by hand past both, and by hand as changes, attribute by attribute. The filter
/// is asked alone, without the policy that stands behind it, and then with it. All pages are shown at once, each in a frame of its
/// own: what they run and whom they ask names the page.

import { expect, test as base } from '@playwright/test';

import { isStray, vectors } from './lib/corpus/xss/index.mjs';
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

const isPicture = (op) => op.type === 4 || op.type === 2;
const COLUMNS = 4;
const CELL = { width: 800, height: 600 };
/// What fires late fires within this time.
const LATE_MS = 500;

/// A wall of mirrors, one for each page: { page, frames, context, all that was asked and where anything went, once isShowing }.
async function hang(browser, theatre, policed, names) {
  // Drawn small, since nobody looks at it.
  const context = await browser.newContext({ deviceScaleFactor: 0.25, viewport: { width: COLUMNS * CELL.width, height: Math.ceil(names.length / COLUMNS) * CELL.height } });
  const seen = { isShowing: false, asked: [], went: [] };
  // What the policy refuses never comes to a route. Without it a picture of any host may be asked for, and nothing else.
  await context.route('**/*', (route) => {
    const request = route.request();
    const [kind, url] = [request.resourceType(), request.url()];
    const mayBe = url.startsWith(`${theatre.shop}/`) || (!policed && isStray(url) && /^(image|media|font|stylesheet)$/.test(kind));
    if (seen.isShowing && !mayBe) seen.asked.push(`${kind} ${url}`);
    return isStray(url) ? route.abort() : route.continue();
  });
  const page = await context.newPage();
  page.on('dialog', (d) => { seen.went.push(`dialog ${d.message()}`); void d.dismiss(); });
  context.on('page', (other) => seen.went.push(`window ${other.url()}`));
  await page.goto(`${theatre.vitrine}/wall?${names.length}`);
  const frames = names.map((_, i) => page.frames().find((f) => f.url() === `${theatre.vitrine}/host?${i}`));
  for (const frame of frames) await frame.waitForFunction(() => words.some((w) => w.t === 'ready'));
  const whose = (frame) => (frame ? (names[frames.indexOf(frame)] ?? whose(frame.parentFrame())) : 'the wall');
  page.on('framenavigated', (f) => { if (f.url() !== 'about:blank') seen.went.push(`${whose(f)} to ${f.url()}`); });
  return { context, page, frames, seen };
}

/// A frame that is on its way to somewhere may never answer; where it went is noted already.
const within = (answer, otherwise) => Promise.race([answer.catch(() => otherwise), new Promise((done) => setTimeout(done, 5000, otherwise))]);

/// Shows each page by its ops, [{ name, first, rest }], and says what came of it.
async function show(browser, theatre, policed, pages) {
  const names = pages.map(({ name }) => name);
  const { context, page, frames, seen } = await hang(browser, theatre, policed, names);
  seen.isShowing = true;
  for (const [i, { first, rest }] of pages.entries()) {
    await frames[i].evaluate(([ops, more]) => {
      tell({ t: 'key', page: 1, ops });
      for (const data of more) tell({ t: 'delta', page: 1, ops: [{ type: 3, data }] });
    }, [first, rest]);
  }
  for (const frame of frames) await frame.waitForFunction(() => words.some((w) => w.t === 'shown' || w.t === 'lost'));
  await page.waitForTimeout(LATE_MS);
  // The hand goes over all of it, as an associate's would.
  for (const i of names.keys()) {
    const [left, top] = [(i % COLUMNS) * CELL.width, Math.floor(i / COLUMNS) * CELL.height];
    for (const [x, y] of [[300, 120], [420, 220], [300, 320]]) await page.mouse.click(left + x, top + y);
  }
  await page.waitForTimeout(LATE_MS);
  const pwned = (await Promise.all(page.frames().map((frame) => within(frame.evaluate(() => window.vitrinePwned ?? []), [])))).flat();
  const notShown = [];
  for (const [i, frame] of frames.entries()) if (!await frame.evaluate(() => words.some((w) => w.t === 'shown'))) notShown.push(names[i]);
  await context.close();
  return { pwned, asked: seen.asked, went: seen.went, notShown };
}

const CLEAN = { pwned: [], asked: [], went: [], notShown: [] };

for (const [how, policed] of Object.entries(ALONE)) {
  test(`${how}: as a picture, by hand`, async ({ page, browser, theatres }) => {
    const pages = [];
    // The page that reads them never runs them.
    for (const { name, html } of vectors) pages.push({ name, first: picture(await byHand(page, html)), rest: [] });
    expect(await show(browser, theatres[how], policed, pages)).toEqual(CLEAN);
  });

  test(`${how}: as changes, by hand`, async ({ page, browser, theatres }) => {
    const pages = [];
    for (const { name, html } of vectors) {
      const [key, ...rest] = asChanges(await byHand(page, html));
      pages.push({ name, first: picture(key), rest });
    }
    expect(await show(browser, theatres[how], policed, pages)).toEqual(CLEAN);
  });
}

/// What the recorder and its guard tell of a page.
async function told(context, theatre, name) {
  const page = await context.newPage();
  await page.goto(`${theatre.shop}/page/${name}`, { waitUntil: 'domcontentloaded' });
  await page.addScriptTag({ content: theatre.script }).catch(() => undefined);
  await page.waitForTimeout(LATE_MS);
  const ops = await page.evaluate(() => window.told ?? []).catch(() => []);
  await page.close();
  return { name, first: ops.filter(isPicture), rest: ops.filter((op) => op.type === 3).map((op) => op.data) };
}

test('filter and policy: as it is told', async ({ context, browser, theatres }) => {
  const theatre = theatres['filter and policy'];
  await context.route((url) => isStray(url.href), (route) => route.abort());
  const pages = [];
  for (let i = 0; i < vectors.length; i += COLUMNS) pages.push(...await Promise.all(vectors.slice(i, i + COLUMNS).map(({ name }) => told(context, theatre, name))));
  const telling = pages.filter(({ first }) => first.length);
  expect(pages.filter(({ first }) => !first.length).map(({ name }) => name), 'a page that has left itself has nothing to tell').toEqual(['12-meta-refresh']);
  expect(await show(browser, theatre, true, telling)).toEqual(CLEAN);
});
