// SPDX-License-Identifier: Apache-2.0
/// Push with care: a piece beside the budget with what is like it; how much may lie before a customer unanswered; pictures paused; the
/// shortlist of the conversation.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { http } from './lib/http.mjs';
import { SITE, associate, back, customer, eventually, keeper, live, openView, say, setSettings, shop } from './lib/kit.mjs';

const later = keeper(after);
const folder = mkdtempSync(join(tmpdir(), 'vitrine-fair-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/// Rings about 1000 EUR, one far dearer, one in dollars, one that cannot be had; a pendant at the same price.
const FEED = `id,item_group_id,title,price,product_type,brand,color,material,availability
HALO,,Halo ring,1000 EUR,Rings > Engagement,Maison,Yellow,Gold,in stock
LINE,,Line ring,850 EUR,Rings > Engagement,Maison,White,Platinum,in stock
BEAD,,Bead ring,700 EUR,Rings > Engagement,Maison,Yellow,Gold,in stock
BAND,,Plain band,950 EUR,Rings > Bands,Maison,Yellow,Gold,in stock
GONE,,Gone ring,990 EUR,Rings > Engagement,Maison,Yellow,Gold,out of stock
DOLLAR,,Dollar ring,980 USD,Rings > Engagement,Maison,Yellow,Gold,in stock
CROWN,,Crown ring,1151 EUR,Rings > Engagement,Maison,Yellow,Gold,in stock
PEARL,,Pearl pendant,1000 EUR,Necklaces,Maison,Yellow,Gold,in stock
${Array.from({ length: 24 }, (_, i) => `E-${i + 1},,Earring ${i + 1},50 EUR,Earrings,Maison,White,Silver,in stock`).join('\n')}
`;

let server;
before(async () => {
  server = await shop(later, { associates: ['lea', 'max'], args: ['--capacity', '20', '--rate-act', '500', '--rate-talk', '500', '--rate-search', '500'] });
  const path = join(folder, 'feed.csv');
  writeFileSync(path, FEED);
  const { status, stderr } = await server.admin(['catalogue', 'import', '--site', SITE, path]);
  assert.equal(status, 0, stderr);
  const peer = await customer(server);
  await eventually('the catalogue is served', async () => (await peer.ask('catalogue.product', { sku: 'HALO' })).ok);
  await peer.cut();
});

const leave = ({ c, a }) => Promise.all([c.cut(), a.cut()]);
const attention = ({ a, n }, fits) => a.waitFor('presence.attention', (d, { c }) => c === n && fits(d));
const waiting = (pictures, pushes, prompts) => (d) => d.waiting.pictures === pictures && d.waiting.pushes === pushes && d.waiting.prompts === prompts;
const zero = waiting(0, 0, 0);

test('a piece beside the budget, with one that costs less and one that compares', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const care = (sku) => a.request('catalogue.care', { sku }, { c: n });
  const bare = await care('HALO');
  assert.deepEqual([bare.price, bare.currency, bare.budget, bare.over, bare.left], ['1000.00', 'EUR', undefined, undefined, undefined]);
  assert.deepEqual([bare.cheaper.sku, bare.cheaper.variants.length], ['BEAD', 1], 'gold and yellow as it is, not the nearest price');
  assert.equal(bare.comparable.sku, 'LINE', 'within 15 %; 15.1 % is not, nor what cannot be had, nor another currency');

  await c.request('context', { keys: { budget: { amount: 900, currency: 'EUR' } } });
  const over = await care('HALO');
  assert.deepEqual([over.budget, over.over, over.left], [{ amount: '900.00', currency: 'EUR' }, '100.00', undefined]);
  assert.deepEqual(await care('BEAD').then((d) => [d.over, d.left, d.cheaper, d.comparable]), [undefined, '200.00', undefined, undefined]);
  assert.equal((await care('CROWN')).cheaper.sku, 'BEAD', 'within the budget goes before nearer in price');

  await a.request('context', { keys: { budget: { amount: '1500.00', currency: 'USD' } } }, { c: n });
  const told = await care('HALO');
  assert.deepEqual([told.budget.currency, told.over, told.left], ['USD', undefined, undefined], 'another currency is said, not compared');
  await a.request('context', { keys: { budget: null } }, { c: n });
  assert.equal((await care('HALO')).budget, undefined);
  for (const keys of [{ tier: 'gold' }, { budget: 900 }, { budget: { amount: '900', currency: 'eur' } }, { budget: { amount: '0', currency: 'EUR' } }, { budget: { amount: '900', currency: 'EUR' }, tier: 1 }])
    assert.equal((await a.refusal('context', { keys }, { c: n })).code, 'field.bad', JSON.stringify(keys));
  assert.equal((await a.refusal('catalogue.care', { sku: 'NONE' }, { c: n })).code, 'not.found');
  await leave(pair);
});

test('so much lies before a customer unanswered, and no more; whatever they do about it frees it', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const to = { c: n };
  const first = await a.waitFor('presence.attention');
  assert.deepEqual([first.d.limit, first.d.most, first.d.quiet], [{ pictures: 6, pushes: 4, prompts: 2 }, { pictures: 60, pushes: 60, prompts: 20 }, undefined]);

  const card = () => ['chat.send', { kind: 'product', body: { product: { sku: 'HALO' } } }, to];
  await openView(pair, 1, a);
  await a.request('view.item', { add: { media: 'm9' } }, to);
  await a.request(...card());
  await attention(pair, waiting(0, 3, 0));
  await a.request(...card());
  await attention(pair, waiting(0, 4, 0));
  for (const [op, d] of [card(), ['view.item', { add: { media: 'm8' } }], ['view.open', { items: [{ media: 'm7' }], active: 1, mode: 'image' }]]) {
    const refusal = await a.refusal(op, d, to);
    assert.deepEqual([refusal.code, refusal.retry], ['attention.full', true], op);
    assert.match(refusal.msg, /^4 pieces lie before the customer unanswered, and the site allows 4; anything the customer says or does/);
  }
  await say(a, 'A word is no push.', to);
  await c.request('view.item', { add: { media: 'm4' } });
  await attention(pair, zero);

  const choice = () => a.ask('chat.send', { kind: 'choice', body: { text: 'Which?', options: [{ id: 'a', label: 'A' }, { id: 'b', label: 'B' }] } }, to);
  assert.ok((await choice()).ok);
  const { cs } = (await choice()).d;
  await attention(pair, waiting(0, 0, 2));
  assert.equal((await choice()).err.code, 'attention.full');
  assert.equal((await a.refusal('offer.make', { title: 'Ring', price: '10.00', currency: 'EUR' }, to)).code, 'attention.full', 'an offer is a question, too');
  c.onAsk = () => undefined;
  assert.equal((await a.refusal('page.push', { url: '/halo' }, to)).code, 'attention.full');
  await a.request(...card());
  await attention(pair, waiting(0, 1, 2));
  await c.request('chat.send', { kind: 'answer', re: cs, body: { values: [{ id: 'a' }] } });
  await attention(pair, zero);

  c.onAsk = ({ ask }) => c.notice('answer', { ask, success: false, reason: 'timeout' });
  await a.request('page.push', { url: '/halo' }, to);
  await attention(pair, waiting(0, 0, 1));
  c.onAsk = ({ ask }) => c.notice('answer', { ask, success: false, reason: 'refused' });
  await a.request('page.push', { url: '/halo' }, to);
  await attention(pair, zero);

  // What the server could not draw was put before nobody; what the page says by itself answers nothing.
  const drawn = await a.refusal('chat.send', { kind: 'picture', body: { draw: 'scale', skus: ['HALO', 'LINE'] } }, to);
  assert.notEqual(drawn.code, 'attention.full');
  await a.request(...card());
  await attention(pair, waiting(0, 1, 0));
  await c.request('context', { keys: { tier: 'gold' } });
  c.notice('page.at', { n: 2, url: '/line' });
  await a.request(...card());
  await attention(pair, waiting(0, 2, 0));
  const page = (await http(server, '/metrics')).body.toString();
  assert.match(page, /^vitrine_attention_put_total\{kind="push"\} \d+$/m);
  assert.match(page, /^vitrine_attention_refused_total\{why="limit"\} \d+$/m);
  await leave(pair);
});

test('the limit is the site\'s; what was let through once is not counted again; the counts outlive the server', async () => {
  await setSettings(server, { attention: { pictures: 3, pushes: 0, day: { pictures: 4 } } });
  const pair = await live(server);
  const { c, a, n } = pair;
  const sheet = (cid) => a.ask('chat.send', { kind: 'picture', body: { media: 'm1' } }, { c: n, ...(cid && { cid }) });
  await eventually('the settings are there', async () => { const r = await a.ask('view.open', { items: [{ media: 'm1' }], active: 1, mode: 'image' }, { c: n }); return /allows 0;/.test(r.err?.msg); });
  await say(c, 'Hello');
  const cid = '2f4c0b5e-77aa-4d06-9a3d-0d8a3b1f9c11';
  assert.ok((await sheet()).ok);
  assert.ok((await sheet(cid)).ok);
  assert.ok((await sheet()).ok);
  await attention(pair, (d) => d.waiting.pictures === 3 && d.limit.pictures === 3 && d.most.pictures === 4);
  const again = await sheet(cid);
  assert.ok(again.ok, 'a repeated request has its old answer at the limit, too');
  assert.match((await sheet()).err.msg, /^3 pictures lie .* allows 3;/);

  await server.restart();
  const then = { c: await back(server, c), a: await associate(server) };
  then.n = (await then.a.request('conv.open', { conv: c.conv })).c;
  await attention(then, (d) => d.waiting.pictures === 3 && d.today.pictures === 3);
  const picture = () => then.a.ask('chat.send', { kind: 'picture', body: { media: 'm1' } }, { c: then.n });
  assert.equal((await picture()).err.code, 'attention.full');
  await say(then.c, 'I see them.');
  assert.ok((await picture()).ok);
  const { code, msg } = (await picture()).err;
  assert.equal(code, 'attention.full');
  assert.match(msg, /^4 pictures have been put before the customer today, and the site allows 4 a day/);
  await leave(then);
  await setSettings(server, {});
});

test('the customer pauses pictures: both know, nothing comes but words, and only they end it', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const to = { c: n };
  await c.request('chat.calm', { on: true });
  assert.deepEqual((await a.waitFor('chat.calm')).d, { on: true });
  await c.request('chat.calm', { on: true });
  for (const [op, d] of [
    ['chat.send', { kind: 'picture', body: { media: 'm1' } }], ['chat.send', { kind: 'film', body: { media: 'm1' } }], ['chat.send', { kind: 'product', body: { product: { sku: 'HALO' } } }],
    ['view.open', { items: [{ media: 'm1' }], active: 1, mode: 'image' }],
  ]) assert.equal((await a.refusal(op, d, to)).code, 'attention.calm', op);
  assert.equal((await a.refusal('chat.calm', { on: false }, to)).code, 'role.forbidden');
  await say(a, 'As you like.', to);
  await openView(pair, 1, c);
  await c.request('view.item', { add: { media: 'm2' } });
  assert.equal((await a.refusal('view.item', { add: { media: 'm3' } }, to)).code, 'attention.calm');
  const max = await associate(server, 'max');
  await max.request('conv.open', { conv: c.conv });
  assert.equal((await max.waitFor('snapshot')).d.state.calm, true, 'who comes later knows');

  await server.restart();
  const then = { c: await customer(server, { resume: [c.resume] }), a: await associate(server) };
  then.n = (await then.a.request('conv.open', { conv: c.conv })).c;
  assert.equal((await then.a.waitFor('snapshot')).d.state.calm, true, 'so does the next process');
  assert.equal((await then.a.refusal('chat.send', { kind: 'picture', body: { media: 'm1' } }, { c: then.n })).code, 'attention.calm');
  await then.c.request('chat.calm', { on: false });
  assert.deepEqual((await then.a.waitFor('chat.calm')).d, { on: false });
  await then.a.request('chat.send', { kind: 'picture', body: { media: 'm1' } }, { c: then.n });
  await leave(then);
});

test('quiet hours: nothing unasked goes to who is not here; words may', async () => {
  const pad = (n) => String(n).padStart(2, '0');
  const clock = (ms) => { const at = new Date(ms); return `${pad(at.getUTCHours())}:${pad(at.getUTCMinutes())}`; };
  const pair = await live(server);
  const { c, a, n } = pair;
  const to = { c: n };
  const picture = () => a.ask('chat.send', { kind: 'picture', body: { media: 'm1' } }, to);
  await setSettings(server, { attention: { pictures: 9, quiet: { from: clock(Date.now() - 3_600_000), to: clock(Date.now() + 7_200_000), tz: 'UTC' } } });
  assert.ok((await picture()).ok, 'whoever is in a session has asked');
  await c.request('session.end', {});
  assert.ok((await picture()).ok, 'so has who is still here');
  await c.cut();
  const refused = await eventually('the settings are there and the customer is gone', async () => { const { err } = await picture(); return err?.code === 'attention.quiet' && err; });
  assert.ok(refused.after > 6_000_000 && refused.after < 7_300_000, `until they end: ${refused.after}`);
  await say(a, 'Good night.', to);
  await attention(pair, (d) => d.quiet === undefined);
  await a.cut();
  await setSettings(server, {});
});

test('the shortlist is the conversation\'s: all its associates see it, it holds 24, and outlives the server', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const to = { c: n };
  const all = Array.from({ length: 24 }, (_, i) => `E-${i + 1}`);
  const max = await associate(server, 'max');
  const m = (await max.request('conv.open', { conv: c.conv })).c;
  await max.waitFor('snapshot');
  await a.request('catalogue.shortlist', { add: ['HALO', 'LINE'] }, to);
  assert.deepEqual((await max.waitFor('catalogue.shortlist')).d, { add: ['HALO', 'LINE'] });
  await max.request('catalogue.shortlist', { drop: ['HALO'], add: ['LINE', 'BEAD'] }, { c: m });
  assert.deepEqual((await a.waitFor('catalogue.shortlist')).d, { drop: ['HALO'], add: ['LINE', 'BEAD'] });
  await a.request('catalogue.shortlist', { drop: ['LINE'], add: all.slice(0, 22) }, to);
  await a.request('catalogue.shortlist', { add: all.slice(22, 23) }, to);
  assert.equal((await a.refusal('catalogue.shortlist', { add: all.slice(23) }, to)).code, 'cap.reached', '24 are in it');
  await a.request('catalogue.shortlist', { drop: ['BEAD'], add: all.slice(23) }, to);
  assert.equal((await a.refusal('catalogue.shortlist', { drop: ['E-1'], add: ['NONE'] }, to)).code, 'not.found');
  assert.equal((await c.refusal('catalogue.shortlist', { add: ['HALO'] })).code, 'role.forbidden');
  assert.equal(c.seen('catalogue.shortlist').length, 0, 'it is the staff\'s');

  await server.restart();
  const then = await associate(server, 'max');
  await then.request('conv.open', { conv: c.conv });
  const { d } = await then.waitFor('snapshot');
  assert.deepEqual(d.profile.shortlist, all);
  await then.cut();
});
