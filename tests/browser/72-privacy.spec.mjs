// SPDX-License-Identifier: Apache-2.0
/// Nothing private leaves: every place where a page keeps such things, in every kind of event, at both levels; then the same on
/// the real wire, read at the associate's own socket.

import { vectors } from './lib/corpus/xss/index.mjs';
import { LAB, openLab, settled, share, told } from './lib/lab.mjs';
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
    // One of them goes elsewhere by itself.
    await page.waitForTimeout(300);
    if (new URL(page.url()).origin !== LAB) {
      await page.close();
      continue;
    }
    await share(page).catch((e) => { throw new Error(`${name}: ${e.message}`); });
    await settled(page, 400);
    const { units } = await told(page);
    const text = JSON.stringify(units);
    expect.soft(text, name).not.toContain('vitrinePwned');
    expect.soft(text.toLowerCase().replace(/\s/g, ''), name).not.toContain('javascript:');
    expect.soft(/"on\w+":|"(srcdoc|http-equiv|formaction|ping)":/.exec(text)?.[0], name).toBe(undefined);
    await page.close();
  }
});
