// SPDX-License-Identifier: Apache-2.0
/// In session as the customer and their guest meet it: questions answered in place, a second opinion by a link, a poll, a
/// hand-over, and what is asked at the end. The associate is scripted: what staff press for it is told by their own stories.

import AxeBuilder from '@axe-core/playwright';

import { associate as staff, take } from '../server/lib/kit.mjs';
import { SITE } from './lib/ground.mjs';
import { DESK, PHONE } from './lib/people.mjs';
import { expect, shot, test } from './lib/story.mjs';
import { View } from './lib/view.mjs';

async function isClean(page, name) {
  await shot(page, `62-${name}`);
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  expect.soft(violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.target.join(' ')} ${n.html.slice(0, 120)}`)), `axe on ${name}`).toEqual([]);
}

/// The customer in a live session with a scripted Camille; resolves her peer and the conversation's number.
async function live(server, customer) {
  const camille = await staff(server, 'camille', { site: SITE });
  await customer.comes();
  const { rows } = await camille.request('queue.watch', { tab: 'unassigned' });
  const n = await take(camille, rows[0].conv);
  await customer.isWith();
  return { camille, n, conv: rows[0].conv };
}

const send = (camille, n, kind, body) => camille.request('chat.send', { kind, body }, { c: n });

test('a choice and a form are answered in the thread; another takes over; the end asks for stars', async ({ customer, server }) => {
  const { camille, n, conv } = await live(server, customer);
  const { panel } = customer;
  const sizes = { text: 'Which size is it?', options: [{ id: '52', label: 'Size 52' }, { id: '54', label: 'Size 54' }] };
  const { cs } = await send(camille, n, 'choice', sizes);
  const group = panel.getByRole('group', { name: 'Which size is it?' });
  await isClean(customer.page, 'phone-choice');
  await group.getByRole('button', { name: 'Size 54' }).click();
  const answer = await camille.waitFor('chat.send', (d) => d.kind === 'answer');
  expect([answer.d.re, answer.d.body.values]).toEqual([cs, [{ id: '54', value: 'Size 54' }]]);
  await expect(group.getByRole('button', { name: 'Size 54' })).toHaveAttribute('aria-pressed', 'true');
  await expect(group.getByRole('button', { name: 'Size 52' })).toBeDisabled();
  await expect(panel.locator('.me .b').last()).toHaveText('Size 54');

  await send(camille, n, 'form', { text: 'Where shall it go?', fields: [{ id: 'city', label: 'City', kind: 'text', required: true }, { id: 'mail', label: 'Your e-mail', kind: 'email' }] });
  await panel.getByLabel('Your e-mail').fill('ada@shop');
  await panel.getByRole('button', { name: 'Send answers' }).click();
  await expect(panel.getByLabel('City')).toBeFocused();
  await expect(panel).toContainText('This is needed.');
  await expect(panel).toContainText('This does not look right.');
  await isClean(customer.page, 'phone-form');
  await panel.getByLabel('City').fill('Lyon');
  await panel.getByLabel('Your e-mail').fill('ada@shop.example');
  await panel.getByRole('button', { name: 'Send answers' }).click();
  const filled = await camille.waitFor('chat.send', (d) => d.kind === 'answer' && d.body.values.length === 2);
  expect(filled.d.body.values).toEqual([{ id: 'city', value: 'Lyon' }, { id: 'mail', value: 'ada@shop.example' }]);
  await expect(panel.locator('.me .b').last()).toHaveText('City: Lyon\nYour e-mail: ada@shop.example');
  await expect(panel).toContainText('Answered');

  // Another page, the same answers.
  await customer.page.reload();
  await customer.open();
  await expect(panel.getByRole('button', { name: 'Size 54' })).toHaveAttribute('aria-pressed', 'true');

  // Handed over.
  const noor = await staff(server, 'noor', { site: SITE });
  const { who } = (await camille.waitFor('presence.staff', (d) => d.name === 'Noor')).d;
  const { ask } = await camille.request('transfer.ask', { to: who }, { c: n });
  await noor.waitFor('staff.ask');
  await noor.request('transfer.answer', { conv, ask, ok: true });
  await expect(panel.locator('.bar')).toContainText('Noor takes over.');
  await customer.isWith('Noor');
  await isClean(customer.page, 'phone-takes-over');

  await panel.getByRole('button', { name: 'End', exact: true }).click();
  await panel.getByRole('alertdialog').getByRole('button', { name: 'End' }).click();
  await expect(panel.getByRole('heading', { name: 'The conversation has ended' })).toBeVisible();
  await panel.getByRole('radio', { name: '1 star' }).focus();
  for (let i = 0; i < 3; i++) await customer.page.keyboard.press('ArrowRight');
  await expect(panel.getByRole('radio', { name: '4 stars' })).toBeChecked();
  await panel.getByRole('textbox', { name: /What was good/ }).fill('Patient.');
  await isClean(customer.page, 'phone-stars');
  await panel.getByRole('button', { name: 'Send', exact: true }).click();
  const stars = await noor.waitFor('rating.give');
  expect([stars.d.stars, stars.d.text]).toEqual([4, 'Patient.']);
  await expect(panel).toContainText('Thank you, it has arrived.');
  await expect(panel.getByRole('button', { name: 'Ask again' })).toBeVisible();
  await isClean(customer.page, 'phone-rated');
  for (const peer of [camille, noor]) await peer.cut();
});

for (const [where, how] of Object.entries({ phone: PHONE, desk: { ...DESK, colorScheme: 'dark' } })) {
  test(`a second opinion by a link, on a ${where}: looks along, points, votes, goes`, async ({ cast, customer, server }) => {
    const { camille, n } = await live(server, customer);
    const { panel } = customer;
    await panel.getByRole('button', { name: 'Ask somebody else' }).click();
    await panel.getByRole('button', { name: 'Make a link' }).click();
    const url = await panel.getByLabel('Link for your guest').inputValue();
    await isClean(customer.page, `phone-invite-${where}`);

    const [page] = await cast.page(await cast.context(how), 'guest');
    const answer = await page.goto(url);
    expect(answer.headers()['content-security-policy']).toContain("default-src 'none'");
    expect(new URL(page.url()).hash).toBe('');
    await isClean(page, `guest-${where}-door`);
    await page.getByLabel('Your name').fill('Mum');
    await page.getByRole('button', { name: 'Look along' }).click();
    await expect(page.getByText('Nothing is shown just now')).toBeVisible();
    await expect(page.locator('.head')).toContainText('Camille');
    await expect(panel.locator('.guests .chip')).toContainText('Mum');
    await expect(panel.locator('.bar')).toContainText('Mum has joined.');

    await customer.lookTogether();
    const view = new View(page);
    await view.shown();
    // However the line numbers them: nobody meets a friend as "Visitor 12".
    for (const words of await page.locator('vitrine-help, main, #vt').allInnerTexts()) expect(words).not.toMatch(/Visitor \d/);
    await isClean(page, `guest-${where}-looking`);
    await expect(page.getByRole('toolbar')).toHaveCount(0);

    // They point at the same place of the same picture.
    const at = await view.at(0.4, 0.6);
    await expect(async () => {
      await page.mouse.move(at.x + Math.random(), at.y);
      const seen = await customer.view.pointer();
      expect(seen?.name).toBe('Mum');
      expect(Math.hypot(seen.x - 0.4, seen.y - 0.6)).toBeLessThan(0.02);
    }).toPass();

    const { items } = (await camille.waitFor('view.open')).d;
    const slots = items.map((item) => item.slot);
    const { poll } = await camille.request('guest.poll', { question: 'Which one?', slots: slots.slice(0, 2) }, { c: n });
    await expect(page.getByRole('group', { name: 'Which one?' })).toBeVisible();
    await page.getByRole('button', { name: /: Yes$/ }).first().click();
    const vote = await camille.waitFor('guest.vote');
    expect(vote.d).toEqual({ poll, slot: slots[0], value: 1 });
    await customer.toChat();
    await expect(panel.getByRole('button', { name: /: Yes$/ }).first()).toHaveText(/Yes 1/);
    await panel.getByRole('button', { name: /: No$/ }).first().click();
    await expect(page.getByRole('button', { name: /: No$/ }).first()).toHaveText(/No 1/);
    await isClean(page, `guest-${where}-poll`);
    await isClean(customer.page, `phone-poll-${where}`);

    // Two pieces to choose from: the customer asks, too, and once.
    await expect(panel.getByRole('button', { name: 'Ask which one' })).toHaveCount(0);
    await camille.request('view.item', { add: { sku: 'VT-OTHER', media: items[0].media, title: 'Another ring' } }, { c: n });
    await panel.getByRole('button', { name: 'Ask which one' }).click();
    const asked = await camille.waitFor('guest.poll', (d) => d.slots.length === 2);
    expect(asked.by).toBe('c');
    await expect(panel.getByRole('button', { name: 'Ask which one' })).toHaveCount(0);
    await page.getByRole('button', { name: 'Another ring: Yes' }).click();
    expect((await camille.waitFor('guest.vote', (d) => d.poll === asked.cs)).d.value).toBe(1);
    const { ground, ink } = await panel.getByRole('button', { name: 'Another ring: Yes' }).evaluate((it) => ({ ground: getComputedStyle(it).backgroundColor, ink: getComputedStyle(it).color }));
    expect(ink, 'words are seen on their button').not.toBe(ground);
    await isClean(customer.page, `phone-poll-own-${where}`);

    // A reload goes on; the link opens nothing for a second person.
    await page.reload();
    await expect(page.getByRole('button', { name: 'Another ring: Yes' })).toHaveAttribute('aria-pressed', 'true');
    const [late] = await cast.page(await cast.context(how), 'late');
    await late.goto(url);
    await late.getByRole('button', { name: 'Look along' }).click();
    await expect(late.getByRole('heading', { name: 'This link opens nothing' })).toBeVisible({ timeout: 60_000 });
    await isClean(late, `guest-${where}-late`);

    await panel.getByRole('button', { name: 'Remove Mum' }).click();
    await expect(page.getByRole('heading', { name: 'It is over' })).toBeVisible();
    await isClean(page, `guest-${where}-over`);
    await expect(panel.locator('.guests .chip')).toHaveCount(0);
    await camille.cut();
  });
}
