// SPDX-License-Identifier: Apache-2.0
/// The snippet is a guest on the shop's page: nothing before intent, nothing past the shop's policy, nothing left behind.
/// That no policy is broken is asked of every story; here it is asked aloud.

import { expect, livePair, test } from './lib/story.mjs';
import { RING } from './lib/people.mjs';

/// Everything the page shows and keeps, but for the nonces, which are new each time.
const pageAsText = (page) => page.evaluate(() => {
  const copy = document.documentElement.cloneNode(true);
  for (const node of copy.querySelectorAll('[nonce]')) node.removeAttribute('nonce');
  return copy.outerHTML;
});

const keptKeys = (page) => page.evaluate(() => [...Object.keys(sessionStorage), ...Object.keys(localStorage)].filter((key) => key.includes('vitrine:')));

test('before intent there is one request, and no socket, storage or cookie', async ({ customer, ground }) => {
  const ours = () => customer.watch.requests.filter((url) => url.startsWith(ground.url)).map((url) => new URL(url).pathname);
  const answer = await customer.page.goto(ground.shop + RING, { waitUntil: 'networkidle' });
  const policy = answer.headers()['content-security-policy'];
  expect(policy).toContain("require-trusted-types-for 'script'");
  expect(policy).toContain('trusted-types vitrine');
  expect(policy).not.toContain('unsafe');
  await expect(customer.launcher).toBeVisible();
  expect(ours()).toEqual(['/v1/vitrine.js']);
  expect(customer.watch.sockets).toEqual([]);
  expect(await keptKeys(customer.page)).toEqual([]);
  expect(await customer.page.context().cookies()).toEqual([]);

  // Reaching for it fetches the widget, and still says nothing to the server.
  await customer.launcher.focus();
  await expect.poll(() => ours().length).toBe(2);
  expect(ours()[1]).toMatch(/^\/v1\/widget-[0-9a-f]+\.js$/);
  expect(customer.watch.sockets).toEqual([]);
  expect(await keptKeys(customer.page)).toEqual([]);

  await customer.open();
  await expect.poll(() => customer.watch.sockets.length).toBe(1);
  expect(await customer.page.context().cookies()).toEqual([]);
});

test('after shutdown the page is as it was found', async ({ customer, associate, ground }) => {
  const { page } = customer;
  customer.watch.expect(/ERR_FAILED|ERR_BLOCKED/);
  await page.route('**/v1/vitrine.js', (route) => route.abort());
  await page.goto(ground.shop + RING, { waitUntil: 'networkidle' });
  const found = await pageAsText(page);
  await page.unroute('**/v1/vitrine.js');

  await livePair({ customer, associate });
  await customer.lookTogether();
  await associate.view.shown();
  await page.evaluate(() => window.Vitrine('shutdown'));
  await expect(page.locator('vitrine-help')).toHaveCount(0);
  expect(await pageAsText(page)).toBe(found);
  expect(await keptKeys(page)).toEqual([]);
  await expect(associate.page.locator('.thread-head')).toContainText('Left');

  // Nothing listens any more.
  await page.locator('[data-vitrine-open]').click();
  await expect(page.locator('vitrine-help')).toHaveCount(0);
});

test('opening and coming back are quick', async ({ customer, associate }) => {
  // Bounds to notice a mistake by, not a measurement: the machine is shared and the server runs under a sanitiser.
  await customer.visit();
  const opening = await customer.page.evaluate(() => new Promise((done) => {
    const { shadowRoot } = document.querySelector('vitrine-help');
    const start = performance.now();
    new MutationObserver((_, me) => {
      if (!shadowRoot.querySelector('#vt')) return;
      me.disconnect();
      requestAnimationFrame(() => done(performance.now() - start));
    }).observe(shadowRoot, { childList: true, subtree: true });
    shadowRoot.querySelector('#go').click();
  }));
  expect(opening).toBeLessThan(10_000);
  await customer.ask('Hello');
  await associate.comes();
  await associate.take();
  await customer.isWith();
  const start = Date.now();
  await customer.page.reload();
  await customer.open();
  await customer.isWith();
  expect(Date.now() - start).toBeLessThan(15_000);
});
