// SPDX-License-Identifier: Apache-2.0
/// Back by the link of an answer mail: the same conversation goes on, the secret is out of the address, and works once.

import { associate as staff, customer as scripted, say } from '../server/lib/kit.mjs';
import { mailServer, readMail } from '../server/lib/mail.mjs';
import { SITE } from './lib/ground.mjs';
import { RING } from './lib/people.mjs';
import { expect, shot, test as base } from './lib/story.mjs';

const test = base.extend({
  mail: async ({}, use) => {
    const undo = [];
    await use(await mailServer((f) => undo.push(f)));
    for (const f of undo.reverse()) await f();
  },
  serverArgs: async ({ mail }, use) =>
    use(['--mail-url', mail.url, '--mail-from', 'shop@maison.test', '--mail-plain', '--answer-window', '1s']),
});

test('the link of an answer opens its conversation, once', async ({ cast, ground, server, mail }) => {
  const camille = await staff(server, 'camille', { site: SITE });
  await camille.request('queue.watch', { tab: 'all' });
  const ada = await scripted(server, { site: SITE, origin: ground.shop, page: { n: 1, url: ground.shop + RING, title: 'Ring' } });
  await say(ada, 'Do you engrave?');
  await ada.request('chat.contact', { email: 'ada@shop.example' });
  await ada.request('bye', {});
  const { c: n } = await camille.request('conv.open', { conv: ada.conv });
  await say(camille, 'Yes, up to twelve letters.', { c: n });
  await expect.poll(() => mail.mails().length, { timeout: 60_000 }).toBe(1);
  const letter = readMail(mail.mails()[0]).parts.find(([type]) => type === 'text/plain')[1];
  const url = /http\S+#vt=[\w-]{22}/.exec(letter)[0];

  const customer = await cast.customer();
  await customer.page.goto(url);
  await expect(customer.panel).toBeVisible();
  await expect(customer.said.filter({ hasText: 'Do you engrave?' })).toHaveCount(1);
  await expect(customer.said.filter({ hasText: 'up to twelve letters' })).toHaveCount(1);
  expect(customer.page.url()).toBe(ground.shop + RING);
  await shot(customer.page, '62-phone-back');
  await customer.field.fill('And in Greek?');
  await customer.panel.getByRole('button', { name: 'Ask for help' }).click();
  await camille.waitFor('chat.send', (d) => d.body.text === 'And in Greek?');

  // Another phone, the same link: said to be spent, and the way is open all the same.
  const late = await cast.customer({ name: 'late' });
  await late.page.goto(url);
  await expect(late.panel).toContainText('This link has been used');
  await expect(late.panel.getByRole('button', { name: 'Ask for help' })).toBeVisible();
  await expect(late.said).toHaveCount(0);
  expect(late.page.url()).toBe(ground.shop + RING);
  await shot(late.page, '62-phone-back-late');
  await camille.cut();
});
