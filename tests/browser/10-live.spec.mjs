// SPDX-License-Identifier: Apache-2.0
/// The main job: a shopper and an associate at the same place of the same picture.

import { expect, livePair, shot, test } from './lib/story.mjs';
import { WATCH } from './lib/people.mjs';
import { COLOURS, agree } from './lib/view.mjs';

const NEAR = 0.012;

const middle = (box) => ({ x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 });

/// The other screen shows the pointer where this one points.
async function pointsTo(from, other, x, y) {
  const at = await from.at(x, y);
  await expect.poll(async () => {
    await from.page.mouse.move(at.x + Math.random(), at.y);
    const seen = await other.pointer();
    return seen !== null && Math.hypot(seen.x - x, seen.y - y) < NEAR;
  }, { message: 'the pointer is at the same place of the picture' }).toBe(true);
}

/// Both screens have drawn the same thing at the same place.
async function sameInk(one, other, colour) {
  let seen;
  await expect.poll(async () => {
    const [a, b] = [await one.ink(colour), await other.ink(colour)];
    if (!a || !b) return 'nothing drawn';
    seen = a;
    return Math.max(...Object.keys(a).map((side) => Math.abs(a[side] - b[side]))) < NEAR ? 'same' : JSON.stringify([a, b]);
  }).toBe('same');
  return middle(seen);
}

async function draw(view, tool, from, to) {
  await view.button(tool).click();
  await view.drag(await view.at(...from), await view.at(...to));
}

test('they look at the ring together: zoom, pan, point, draw, take over', async ({ customer, associate }) => {
  await associate.visit();
  await shot(associate.page, '01-desk-login');
  await associate.comes();
  await shot(associate.page, '02-desk-quiet');
  await customer.visit();
  await shot(customer.page, '03-phone-product');
  await customer.open();
  await shot(customer.page, '04-phone-ask');
  await customer.ask('Is the halo set by hand?');
  await shot(customer.page, '05-phone-waiting');
  await associate.to('Unassigned');
  await expect(associate.rows).toHaveCount(1);
  await expect(associate.rows).toContainText('Lagoon Halo Ring');
  await shot(associate.page, '06-desk-waiting');
  await associate.take();
  await customer.isWith();
  await shot(customer.page, '07-phone-joined');
  await shot(associate.page, '08-desk-taken');

  await customer.lookTogether();
  await associate.view.shown();
  const { view: phone } = customer;
  const { view: desk } = associate;
  await agree(phone, desk);
  await shot(customer.page, '09-phone-together');
  await shot(associate.page, '10-desk-together');

  // The customer zooms with two fingers; the associate's screen follows to the same centre and scale.
  await phone.pinch(await phone.at(0.5, 0.5), 30, 90);
  const pinched = await agree(phone, desk);
  expect(pinched.scale).toBeGreaterThan(2);
  await expect(desk.chip).toContainText(/Visitor .*is guiding/);

  // The associate pans: takes the wheel by moving.
  await desk.button('Move').click();
  // Whoever moved within the last 400 ms is not interrupted, so the first try may be refused.
  await expect(async () => {
    await desk.drag(await desk.at(0.5, 0.5), await desk.at(0.42, 0.46));
    await expect(phone.chip).toContainText('Camille is guiding', { timeout: 500 });
  }).toPass();
  const panned = await agree(phone, desk);
  expect(panned.cx).toBeGreaterThan(pinched.cx + 0.03);
  expect(panned.scale).toBeCloseTo(pinched.scale, 2);

  await pointsTo(desk, phone, panned.cx + 0.04, panned.cy - 0.03);
  expect((await phone.pointer()).name).toBe('Camille');
  await shot(customer.page, '11-phone-pointed-at');

  // One draws by hand, the other an arrow; both at the zoomed picture.
  const { cx, cy } = panned;
  await draw(desk, 'Draw', [cx - 0.05, cy - 0.02], [cx + 0.04, cy + 0.03]);
  const inked = await sameInk(phone, desk, COLOURS.associate);
  expect(Math.hypot(inked.x - (cx - 0.005), inked.y - (cy + 0.005))).toBeLessThan(NEAR * 2);
  await draw(phone, 'Arrow', [cx + 0.06, cy - 0.08], [cx - 0.02, cy - 0.02]);
  const arrow = await sameInk(phone, desk, COLOURS.customer);
  expect(Math.hypot(arrow.x - (cx + 0.02), arrow.y - (cy - 0.05))).toBeLessThan(NEAR * 2);
  await shot(customer.page, '12-phone-drawn');
  await shot(associate.page, '13-desk-drawn');

  // Marks stay on their place of the piece when the picture moves on.
  await phone.button('Move').click();
  await phone.chip.getByRole('button', { name: 'Take over' }).click();
  await expect(desk.chip).toContainText(/Visitor .*is guiding/);
  await phone.button('Further away').click();
  await expect.poll(async () => (await phone.camera()).scale).toBeLessThan(panned.scale - 0.2);
  await agree(phone, desk);
  await sameInk(phone, desk, COLOURS.associate);
  await sameInk(phone, desk, COLOURS.customer);
});

test('they talk: typing, delivered, read, a card, another page, the end', async ({ customer, associate }) => {
  await livePair({ customer, associate }, { text: 'Is the halo set by hand?' });
  await expect(associate.said).toHaveText(['Is the halo set by hand?']);

  await associate.field.pressSequentially('Yes, ');
  await expect(customer.panel).toContainText('Camille is typing');
  await associate.say('Yes, each of the 22 stones.');
  await expect(customer.said).toHaveText(['Is the halo set by hand?', 'Yes, each of the 22 stones.']);
  await expect(associate.page.locator('.receipt').last()).toHaveText('Read');

  await customer.field.pressSequentially('How ');
  await expect(associate.page.locator('.typing')).toContainText('is typing');
  await customer.say('How heavy is it?');
  await expect(customer.panel.locator('.me').last()).toContainText('Read');
  await associate.page.getByText('Private note').click();
  await associate.field.fill('Likes white gold.');
  await associate.field.press('Enter');
  await expect(associate.page.locator('.message.note')).toContainText('Likes white gold.');
  await expect(customer.panel).not.toContainText('white gold');

  // A card from the customer's page, a card from the catalogue.
  await customer.panel.getByRole('button', { name: 'Send this piece' }).click();
  await expect(associate.page.locator('.said-list .card')).toContainText('Lagoon Halo Ring');
  await associate.page.keyboard.press('Control+k');
  await associate.page.getByRole('searchbox').fill('watch');
  await expect(associate.page.locator('.hit')).toHaveCount(1);
  await shot(associate.page, '14-desk-catalogue');
  await associate.page.getByRole('button', { name: 'Send card' }).click();
  await expect(customer.panel.locator('.card')).toHaveCount(2);
  await expect(customer.panel.locator('.card').last()).toContainText('Dress Watch');
  await shot(customer.page, '15-phone-cards');

  // Another page: the session goes on, the associate sees where they are.
  await customer.page.goto(customer.ground.shop + WATCH);
  await expect(associate.page.locator('.visit.latest')).toContainText('Dress Watch');
  await expect(associate.page.locator('.looking')).toContainText('Noon Dress Watch');
  await expect(customer.launcher).toBeVisible();
  await customer.open();
  await customer.isWith();
  await customer.say('And this one?');
  await expect(associate.said.last()).toHaveText('And this one?');
  await shot(associate.page, '16-desk-thread');

  await associate.end();
  await expect(customer.panel).toContainText('The conversation has ended');
  // What was said stays, and what is said later still arrives.
  await associate.say('It is 38 mm wide, by the way.');
  await expect(customer.said.last()).toHaveText('It is 38 mm wide, by the way.');
  await shot(customer.page, '17-phone-ended');
  await shot(associate.page, '18-desk-ended');
});
