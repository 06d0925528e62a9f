// SPDX-License-Identifier: Apache-2.0
/// One person, two devices: signed in at the shop on both, they go on in one conversation. Somebody else at the same browser gets
/// one of their own and sees nothing of it.

import { createHmac, randomUUID } from 'node:crypto';

import { associate as staff, take } from '../server/lib/kit.mjs';
import { SITE } from './lib/ground.mjs';
import { RING } from './lib/people.mjs';
import { expect, shot, test } from './lib/story.mjs';

const b64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const sign = (key, sub, name) => {
  const text = `${b64({ alg: 'HS256' })}.${b64({ aud: SITE, sub, name, jti: randomUUID(), exp: Math.floor(Date.now() / 1000) + 300 })}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
};

async function comes(cast, ground, name) {
  const customer = await cast.customer({ name });
  await customer.page.goto(ground.shop + RING);
  await customer.open();
  await expect(customer.panel).toBeVisible();
  return customer;
}
/// As a shop's page does once its server knows who is there.
const signIn = async ({ page }, token) => {
  const done = page.evaluate(() => new Promise((fn) => addEventListener('vitrine:identified', ({ detail }) => fn(detail), { once: true })));
  await page.evaluate((it) => globalThis.Vitrine('identify', { token: it }), token);
  return done;
};

test('a phone and a desk, one conversation; another person, another', async ({ cast, ground, server }) => {
  const key = await server.mustAdmin(['site', 'identity-key', '--site', SITE]);
  const phone = await comes(cast, ground, 'phone');
  expect(await signIn(phone, sign(key, 'u-881', 'Ada'))).toEqual({ verified: true });
  const camille = await staff(server, 'camille', { site: SITE });
  await camille.request('queue.watch', { tab: 'all' });
  await phone.ask('Do you engrave?');
  const row = await camille.waitFor('queue.row', (d) => d.state === 'waiting');
  await take(camille, row.d.conv);
  await expect(phone.said.filter({ hasText: 'Do you engrave?' })).toHaveCount(1);

  const desk = await comes(cast, ground, 'desk');
  expect(await signIn(desk, sign(key, 'u-881', 'Ada'))).toEqual({ verified: true });
  await expect(desk.said.filter({ hasText: 'Do you engrave?' })).toHaveCount(1);
  await shot(desk.page, '67-second-device');

  expect(await signIn(desk, sign(key, 'u-2', 'Bea'))).toEqual({ verified: true });
  await expect(desk.said).toHaveCount(0);
  await shot(desk.page, '67-another-person');
  await camille.cut();
});
