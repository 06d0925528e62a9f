// SPDX-License-Identifier: Apache-2.0
/// Nothing private leaves: every place where a page keeps such things, in every kind of event, at both levels; then the same on
/// the real wire, read at the associate's own socket.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { associate as staff, customer as visitor, take } from '../server/lib/kit.mjs';
import { vectors } from './lib/corpus/xss/index.mjs';
import { SITE } from './lib/ground.mjs';
import { LAB, openLab, read, settled, share, told } from './lib/lab.mjs';
import { Mirrored } from './lib/mirrored.mjs';
import { leaks, names, pageOf, settings, stir, stirring } from './lib/secrets.mjs';
import { expect, test } from './lib/story.mjs';

const DOT = ['image/png', Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')];
const all = ({ units, css }) => JSON.stringify({ units, css });
const lab = async (browser, files) => {
  const page = await browser.newPage();
  const { strays } = await openLab(page, files);
  await page.goto(`${LAB}/`);
  return { page, strays };
};

for (const privacy of ['inputs', 'strict']) {
  test(`${names.length} places, every kind of event, level ${privacy}: nothing leaves`, async ({ browser }) => {
    expect(leaks(pageOf(privacy)).length, 'the page itself is full of them').toBeGreaterThanOrEqual(names.length - 1);
    const { page } = await lab(browser, { '/': pageOf(privacy), '/dot.png': DOT });
    await share(page, { settings, privacy });
    await settled(page);
    const first = await told(page);
    expect(leaks(all(first)), 'in the picture').toEqual([]);
    await page.evaluate(stir, stirring(privacy));
    await settled(page);
    const then = await told(page);
    const kinds = new Set(then.units.flatMap(({ ops }) => ops.filter((o) => o.type === 3).map((o) => o.data.source)));
    for (const kind of [0, 5, 8, 15]) expect([...kinds]).toContain(kind);
    expect(leaks(all(then)), 'in changes').toEqual([]);
    // A second picture of all of it.
    await page.evaluate(() => window.share_.key());
    await page.waitForFunction(() => window.frames_.filter((f) => f[0] === 4 && f[1] & 1 && f[1] & 4).length > 1);
    await settled(page);
    const last = await told(page);
    expect(leaks(all(last)), 'in the second picture').toEqual([]);
    // What is meant to be seen is.
    const text = JSON.stringify(last.units.at(-1).ops.concat(last.units.findLast((u) => u.key).ops));
    expect(text).toContain('Shown words');
    expect(text.includes('Plain words')).toBe(privacy === 'inputs');
    await page.close();
  });
}

test('a rule whose selector nobody can read hides everything', async ({ browser }) => {
  const { page } = await lab(browser, { '/': '<p>Plain words</p><p data-vitrine-show>Shown words</p>' });
  await share(page, { settings: { rules: [{ url: '/*', mask: ['p:::'] }] } });
  await settled(page);
  const text = all(await told(page));
  expect(text).toContain('Shown words');
  expect(text).not.toContain('Plain words');
  await page.close();
});

test(`${vectors.length} hostile pages: nothing that runs is told, no address is asked for the sake of telling`, async ({ browser }) => {
  for (const { name, html } of vectors) {
    const { page } = await lab(browser, { '/': html });
    // One of them goes elsewhere by itself, sooner or later.
    const left = await share(page).then(() => settled(page, 400)).then(() => null, (e) => e);
    if (left) {
      await expect.poll(() => new URL(page.url()).origin, { message: `${name}: ${left.message}` }).not.toBe(LAB);
      await page.close();
      continue;
    }
    const { units } = await told(page);
    const text = JSON.stringify(units);
    expect.soft(text, name).not.toContain('vitrinePwned');
    expect.soft(text.toLowerCase().replace(/\s/g, ''), name).not.toContain('javascript:');
    expect.soft(/"on\w+":|"(srcdoc|http-equiv|formaction|ping)":/.exec(text)?.[0], name).toBe(undefined);
    await page.close();
  }
});

/// Every file below, as text.
const filesOf = (dir) => readdirSync(dir, { withFileTypes: true, recursive: true }).filter((f) => f.isFile()).map((f) => readFileSync(join(f.parentPath ?? f.path, f.name), 'latin1'));

for (const privacy of ['inputs', 'strict']) {
  test(`on the real wire, level ${privacy}: nothing at the associate's socket, nothing in the server's files`, async ({ customer, ground, server }) => {
    const { page } = customer;
    customer.watch.expect(/404/);
    const words = join(server.data, 'words.json');
    writeFileSync(words, JSON.stringify({ mirror: { allowed: true, level: 'inputs', ...settings } }));
    await server.mustAdmin(['site', 'set', '--site', SITE, '--settings', words]);
    await expect.poll(async () => {
      const peer = await visitor(server, { site: SITE, origin: ground.shop });
      await peer.cut();
      return peer.welcome.site.mirror?.rules?.length;
    }, { message: 'the server has the settings' }).toBe(1);
    const snippet = `<script async src="${ground.url}/v1/vitrine.js" data-site="${SITE}" data-privacy="${privacy}"></script>`;
    // A page that is put in the place of one of the shop's has no address, so asking a server on this machine needs a permission.
    await page.context().grantPermissions(['local-network-access']);
    await page.route(`${ground.shop}/secrets`, (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body: pageOf(privacy).replace(/<title>.*<.title>/, `<title>A page</title>${snippet}`) }));
    const camille = await staff(server, 'camille', { site: SITE });
    await customer.comes('May I ask?', '/secrets');
    const n = await take(camille, (await camille.request('queue.watch', { tab: 'unassigned' })).rows[0].conv);
    await customer.isWith();
    await camille.request('consent.ask', { capabilities: ['mirror'] }, { c: n });
    await page.getByRole('alertdialog').getByRole('button', { name: 'Allow' }).click();
    await camille.waitFor('consent.state', (d) => d.mirror === 'on');
    await camille.request('mirror.watch', { on: true }, { c: n });
    const seen = new Mirrored(camille, n);
    await expect.poll(() => seen.text()).toContain('Shown words');
    const before = seen.bytes().length;
    await page.evaluate(stir, stirring(privacy));
    await expect.poll(() => seen.bytes().length).toBeGreaterThan(before);
    let was = -1;
    while (was !== (was = seen.bytes().length)) await page.waitForTimeout(400);
    const { units } = read(seen.bytes());
    expect(leaks(JSON.stringify(units))).toEqual([]);
    expect(seen.text().includes('Plain words')).toBe(privacy === 'inputs');
    // Our own panel is not told either.
    expect(JSON.stringify(units)).not.toContain('May I ask?');
    expect(leaks(filesOf(server.data).join('\n'))).toEqual([]);
    await camille.cut();
  });
}
