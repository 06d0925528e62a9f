// SPDX-License-Identifier: Apache-2.0
/// When something is in the way, both sides say what happened, keep what was written, and offer the next step.

import { expect, livePair, shot, test } from './lib/story.mjs';

const DOWN = /WebSocket connection to|ERR_CONNECTION_|ERR_FAILED/;

test('a wrong password is said in words, and the name stays', async ({ associate }) => {
  associate.watch.expect(/401 .*\/api\/v1\/login/);
  await associate.visit();
  await associate.login('camille', 'not the password');
  await expect(associate.page.getByRole('alert')).toContainText('do not fit together');
  await expect(associate.page.getByLabel('Name')).toHaveValue('camille');
  await expect(associate.page.getByLabel('Password')).toBeFocused();
  await shot(associate.page, '50-desk-wrong-password');
});

test('the server goes before the panel is opened: the page stands, the text waits', async ({ customer, server }) => {
  customer.watch.expect(DOWN);
  await customer.visit();
  await server.crash();
  await customer.launcher.click();
  await expect(customer.page.locator('vitrine-help [role=alert]')).toContainText('Help did not load');
  await shot(customer.page, '51-phone-no-server');
  await server.start();
  await customer.open();
  await customer.ask('Now?');
});

test('the server goes while the question is written', async ({ customer, server }) => {
  customer.watch.expect(DOWN);
  await customer.visit();
  await customer.open();
  await expect(customer.panel).toContainText('Nobody is here');
  await server.crash();
  await customer.field.fill('Is the halo set by hand?');
  await expect(customer.panel.locator('.bar')).toContainText('Reconnecting');
  await shot(customer.page, '52-phone-server-gone-before');
  await server.start();
  await expect(customer.panel.locator('.bar')).toHaveCount(0, { timeout: 25_000 });
  await expect(customer.field).toHaveValue('Is the halo set by hand?');
  await customer.field.press('Enter');
  await expect(customer.panel.locator('.big')).toHaveText('1');
});

test.describe('a small queue', () => {
  test.use({ serverArgs: ['--queue-capacity', '1'] });

  test('a full queue is said, and the question stays', async ({ customer, cast }) => {
    await customer.comes('I was first');
    const late = await cast.customer({ name: 'late customer' });
    await late.visit();
    await late.open();
    await late.field.fill('I came too late');
    await late.panel.getByRole('button', { name: 'Ask for help' }).click();
    await expect(late.panel.locator('.note')).toContainText('So many are waiting');
    await expect(late.field).toHaveValue('I came too late');
    await shot(late.page, '53-phone-queue-full');
    await customer.panel.getByRole('button', { name: 'Leave the line' }).click();
    await expect(customer.panel).toContainText('The conversation has ended');
    await late.panel.getByRole('button', { name: 'Ask for help' }).click();
    await expect(late.panel.locator('.big')).toHaveText('1');
  });
});

test('a message that is too long stays where it was written', async ({ customer, associate }) => {
  await livePair({ customer, associate }, { text: 'Hello' });
  const long = 'é'.repeat(4200);
  await customer.field.fill(long);
  await expect(customer.panel.locator('.note')).toContainText('Too long by 208');
  await customer.field.press('Enter');
  await expect(customer.field).toHaveValue(long);
  await shot(customer.page, '54-phone-too-long');
  await associate.field.fill(long);
  await associate.field.press('Enter');
  await expect(associate.page.locator('.composer')).toContainText('too long');
  await expect(associate.field).toHaveValue(long);
  await customer.field.fill('Short.');
  await customer.field.press('Enter');
  await expect(associate.said).toHaveText(['Hello', 'Short.']);
});

test('a network that blocks the socket is named, and nothing written is lost', async ({ customer, associate }) => {
  customer.watch.expect(DOWN);
  await customer.visit();
  await customer.page.routeWebSocket(/\/v1\/socket/, (socket) => socket.close());
  await customer.open();
  await customer.field.fill('Can you hear me?');
  await expect(customer.panel.locator('.bar')).toContainText('blocks our chat', { timeout: 60_000 });
  await shot(customer.page, '55-phone-blocked');
  await expect(customer.field).toHaveValue('Can you hear me?');
  await associate.comes();
  await expect(associate.page.locator('.rows .row')).toHaveCount(0);
});

test('a picture that does not come is said, and can be tried again', async ({ customer, associate }) => {
  associate.watch.expect(/404/);
  await livePair({ customer, associate });
  await associate.page.route('**/t/*/*', (route) => route.fulfill({ status: 404 }));
  await customer.lookTogether();
  await expect(associate.view.root).toContainText('This picture could not be loaded.');
  await shot(associate.page, '56-desk-no-picture');
  await associate.page.unroute('**/t/*/*');
  await associate.view.button('Try again').click();
  await associate.view.shown();
  await expect(associate.view.root).not.toContainText('could not be loaded');
});
