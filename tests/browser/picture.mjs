// SPDX-License-Identifier: Apache-2.0
/// The README's picture: a session as it really looks, desk and phone side by side. Made again with
/// `VITRINE_PICTURE=<file> npx playwright test`; no part of the tests.

import { writeFileSync } from 'node:fs';

import { expect, livePair, test } from './lib/story.mjs';
import { agree } from './lib/view.mjs';

const page = (desk, phone) => `<!doctype html><style>
body{margin:0;height:820px;width:1600px;background:#efece7;position:relative;overflow:hidden}
img{position:absolute;display:block;box-shadow:0 24px 60px #2b1d0a2e,0 2px 8px #2b1d0a1f}
.desk{left:44px;top:56px;width:1132px;border-radius:12px}
.phone{right:52px;top:72px;width:316px;border-radius:34px;outline:9px solid #1b1a19}
</style><img class="desk" src="data:image/png;base64,${desk}"><img class="phone" src="data:image/png;base64,${phone}">`;

async function stroke(view, tool, ...points) {
  await view.button(tool).click();
  const [first, ...rest] = await Promise.all(points.map(([x, y]) => view.at(x, y)));
  await view.page.mouse.move(first.x, first.y);
  await view.page.mouse.down();
  for (const to of rest) await view.page.mouse.move(to.x, to.y, { steps: 8 });
  await view.page.mouse.up();
}

test('the picture of a live session', async ({ cast, browser }) => {
  const associate = await cast.associate({ deviceScaleFactor: 1.5 });
  const customer = await cast.customer();
  await livePair({ customer, associate }, { text: 'Are these claws or is it glued? I would wear it every day.' });
  await associate.say('Claws: four for the sapphire, and each small stone has its own. Let me show you.');
  await customer.lookTogether();
  await associate.view.shown();
  const { view: desk } = associate;
  const { view: phone } = customer;
  await desk.chip.getByRole('button', { name: 'Take over' }).click();
  await expect(phone.chip).toContainText('Camille is guiding');
  const stone = await desk.at(0.52, 0.2);
  await associate.page.mouse.move(stone.x, stone.y);
  for (let i = 0; i < 3; i++) await associate.page.mouse.wheel(0, -240); // a third of it is lost to the scale factor
  await expect.poll(async () => (await phone.camera()).scale).toBeGreaterThan(2.3);
  await agree(phone, desk);
  await stroke(desk, 'Circle', [0.43, 0.145], [0.475, 0.205]);
  await stroke(phone, 'Arrow', [0.665, 0.315], [0.622, 0.222]);
  await customer.field.fill('And this one here?');
  await customer.field.press('Enter');
  await expect(associate.said).toHaveCount(3);
  await associate.field.fill('Yes, the same. The claws are polished, they will not catch');
  await phone.button('Move').click();
  await desk.button('Move').click();
  const at = await desk.at(0.5, 0.26);
  await associate.page.mouse.move(at.x - 90, at.y + 60);
  await associate.page.mouse.move(at.x, at.y, { steps: 15 });
  await expect.poll(async () => (await phone.pointer())?.x ?? 0).toBeCloseTo(0.5, 1);
  const shots = await Promise.all([associate, customer].map((who) => who.page.screenshot({ animations: 'disabled' })));
  const sheet = await (await browser.newContext({ viewport: { width: 1600, height: 820 } })).newPage();
  await sheet.setContent(page(...shots.map((bytes) => bytes.toString('base64'))), { waitUntil: 'load' });
  writeFileSync(process.env.VITRINE_PICTURE, await sheet.screenshot());
});
