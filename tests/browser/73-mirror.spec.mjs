// SPDX-License-Identifier: Apache-2.0
/// The customer's page on the associate's stage: seen as it is, pointed at, filled in and pressed where they allowed it.

import AxeBuilder from '@axe-core/playwright';

import { LAB, openLab, settled, share, told } from './lib/lab.mjs';
import { Desk } from './lib/mirrored-desk.mjs';
import { RING } from './lib/people.mjs';
import { expect, livePair, shot, test } from './lib/story.mjs';

test.setTimeout(120_000);

async function isClean(page, name) {
  await shot(page, `73-${name}`);
  const { violations } = await new AxeBuilder({ page }).exclude('.mirror-frame').setLegacyMode(true).analyze();
  expect.soft(violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.target.join(' ')} ${n.html.slice(0, 120)}`)), `axe on ${name}`).toEqual([]);
}

const question = (customer) => customer.page.getByRole('alertdialog');
const allow = async (customer) => {
  await expect(question(customer)).toBeVisible();
  await question(customer).getByRole('button', { name: 'Allow' }).click();
  await expect(question(customer)).toHaveCount(0);
};
const flat = (text) => text.replace(/\s+/g, ' ').trim();
const theirs = async (customer, selector) => flat(await customer.page.locator(selector).first().innerText());

/// Something in the bag, and the mirror on.
async function mirrored({ customer, associate }, path = '/bag/') {
  await livePair({ customer, associate });
  // A style text is asked for while the customer's browser still brings it up, and again a moment later.
  associate.watch.expect(/404 .*\/mirror\/css\//);
  const desk = new Desk(associate.page);
  await desk.tab('Page').click();
  await desk.stage.getByRole('button', { name: 'Ask to see and point' }).click();
  await allow(customer);
  await customer.page.goto(customer.ground.shop + path);
  await expect(customer.page.locator('vitrine-help')).toBeAttached();
  return desk;
}

const sizeField = (customer) => customer.page.evaluate(() => {
  const label = document.createElement('label');
  label.textContent = 'Ring size ';
  const input = Object.assign(document.createElement('input'), { id: 'ring-size' });
  input.setAttribute('data-vitrine-show', '');
  label.append(input);
  document.querySelector('main').prepend(label);
  window.heard = [];
  for (const kind of ['input', 'change']) input.addEventListener(kind, () => window.heard.push(`${kind} ${input.value}`));
});

test('the bag as the customer sees it; shown, filled in, pressed; control goes back at once', async ({ customer, associate }) => {
  await customer.visit(RING);
  await customer.page.locator('label.size').nth(2).click();
  await customer.page.getByRole('button', { name: 'Add to bag' }).click();
  const desk = await mirrored({ customer, associate });
  await expect.poll(() => desk.words('main h1')).toBe('Your bag');
  await expect.poll(async () => desk.words('main .bag-full')).toBe(await theirs(customer, 'main .bag-full'));
  await isClean(associate.page, 'bag');

  // Shown: the customer sees it on the button itself.
  await desk.use('Point');
  await desk.press('.summary a.button');
  await expect(customer.page.locator('.over-page .ring')).toHaveCount(1);
  // A ring is around a thing, never over it.
  await expect(customer.page.locator('.over-page .ring')).toHaveCSS('background-color', 'rgba(0, 0, 0, 0)');
  await shot(customer.page, '73-phone-shown');

  // A field that is new on the page, and open.
  await sizeField(customer);
  await expect.poll(() => desk.words('main label')).toBe('Ring size');
  await desk.askFor('Fill in', 'Press');
  await allow(customer);
  await desk.use('Fill in');
  await desk.press('#ring-size');
  const form = associate.page.getByRole('form', { name: 'Fill in: Ring size' });
  await form.getByRole('textbox').fill('52');
  await isClean(associate.page, 'fill');
  await form.getByRole('button', { name: 'Fill in' }).click();
  await expect(desk.done).toContainText('Filled in “Ring size”.');
  expect(await customer.page.evaluate(() => window.heard)).toEqual(['input 52', 'change 52']);
  await expect.poll(() => desk.read((doc) => doc.querySelector('#ring-size').value)).toBe('52');

  // Pressed: the page changes, and the mirror with it.
  await desk.use('Press');
  await desk.press('.summary a.button');
  await customer.page.waitForURL('**/checkout/');
  await expect.poll(() => desk.words('main h1'), { timeout: 60_000 }).toBe(await theirs(customer, 'main h1'));

  // The card field shows nothing and takes nothing, empty or not.
  await customer.page.locator('[autocomplete=cc-number]').scrollIntoViewIfNeeded();
  await expect.poll(() => desk.read((doc) => doc.querySelector('#cc-number').getBoundingClientRect().bottom < doc.defaultView.innerHeight)).toBe(true);
  await desk.use('Fill in');
  await desk.press('#cc-number');
  await expect(associate.page.locator('.fill-private')).toContainText('is private');
  await associate.page.keyboard.press('Escape');
  await customer.page.locator('[autocomplete=cc-number]').fill('4242 4242 4242 4242');
  await expect.poll(() => desk.read((doc) => doc.querySelector('#cc-number').value)).toMatch(/^•+$/);
  expect(await desk.read((doc) => doc.documentElement.outerHTML + [...doc.querySelectorAll('input')].map((i) => i.value).join())).not.toMatch(/4242/);
  await desk.press('#cc-number');
  await expect(associate.page.locator('.fill-private')).toContainText('is private');
  await isClean(associate.page, 'private');
  await associate.page.keyboard.press('Escape');

  // A touch of the customer's takes control back.
  await customer.page.locator('main h1').click();
  await expect(desk.done).toContainText('No longer allowed: press, fill in.');
  await expect(desk.stage.getByRole('button', { name: 'Fill in: ask first' })).toBeVisible();
  expect(await desk.words('main h1')).toBe('Checkout');
});

test('a reload and another page keep it; a second pair of eyes comes late, and is counted; stopped, nothing stays', async ({ cast, customer, associate, server }) => {
  await server.addAssociate({ site: 'pk_demo', login: 'sasha', name: 'Sasha', role: 'supervisor' });
  const lines = [];
  await associate.page.routeWebSocket(/\/v1\/socket/, (socket) => {
    lines.push(socket);
    socket.connectToServer();
  });
  await customer.visit(RING);
  const desk = await mirrored({ customer, associate }, RING);
  const title = await theirs(customer, 'main h1');
  await expect.poll(() => desk.words('main h1')).toBe(title);
  await customer.page.reload();
  await expect.poll(() => desk.read((doc) => doc.defaultView.innerWidth)).toBe(390);
  await expect.poll(() => desk.words('main h1')).toBe(title);
  await customer.page.evaluate(() => {
    history.pushState({}, '', '/');
    document.querySelector('main').replaceChildren(Object.assign(document.createElement('h1'), { textContent: 'A view of one page' }));
  });
  await expect.poll(() => desk.words('main h1')).toBe('A view of one page');

  // The console's own line goes, and comes back: it looks again.
  await lines.at(-1).close();
  await expect.poll(() => lines.length).toBe(2);
  await customer.page.evaluate(() => { document.querySelector('main h1').textContent = 'After the line'; });
  await expect.poll(() => desk.words('main h1'), { timeout: 60_000 }).toBe('After the line');
  await customer.page.evaluate(() => { document.querySelector('main h1').textContent = 'A view of one page'; });
  await expect.poll(() => desk.words('main h1')).toBe('A view of one page');

  const sasha = await cast.associate({ name: 'supervisor' });
  sasha.watch.expect(/404 .*\/mirror\/css\//);
  await sasha.comes('sasha');
  await sasha.to('All');
  await sasha.rows.first().click();
  const second = new Desk(sasha.page);
  await second.tab('Page').click();
  await expect.poll(() => second.words('main h1')).toBe('A view of one page');
  await expect(desk.stage.getByText('2 watch')).toBeVisible();

  // Only while it is looked at.
  await second.tab('Piece').click();
  await expect(desk.stage.getByText('2 watch')).toHaveCount(0);
  await customer.page.getByRole('button', { name: /^Stop/ }).first().click();
  await expect(desk.stage.getByText('See their page together')).toBeVisible();
  await expect(associate.page.locator('.mirror-frame')).toHaveCount(0);
});

test('by keyboard alone: from thing to thing, shown, and back', async ({ customer, associate }) => {
  await customer.visit(RING);
  const desk = await mirrored({ customer, associate }, RING);
  await expect.poll(() => desk.words('main h1')).not.toBe(null);
  const { keyboard } = associate.page;
  await desk.stage.getByRole('button', { name: 'Point', exact: true }).focus();
  await keyboard.press('Enter');
  await desk.over.focus();
  for (let i = 0; i < 12; i++) {
    await keyboard.press('ArrowDown');
    await associate.page.waitForTimeout(60);
    if (/Add to bag, button/.test(await associate.page.locator('#say').textContent())) break;
  }
  await keyboard.press('Enter');
  await expect(customer.page.locator('.over-page .ring')).toHaveCount(1);
  await keyboard.press('Escape');
  await expect(associate.field).toBeFocused();
  await keyboard.press('Alt+KeyP');
  await expect(desk.tab('Piece')).toHaveAttribute('aria-selected', 'true');
});

test('a no is shown as a no', async ({ customer, associate }) => {
  await livePair({ customer, associate });
  const desk = new Desk(associate.page);
  await desk.tab('Page').click();
  await isClean(associate.page, 'before');
  await desk.stage.getByRole('button', { name: 'Ask to see and point' }).click();
  await expect(desk.stage.getByText(/is asked$/)).toBeVisible();
  await isClean(associate.page, 'asked');
  await question(customer).getByRole('button', { name: 'No, thank you' }).click();
  await expect(desk.stage.getByText(/said no$/)).toBeVisible();
  await isClean(associate.page, 'no');
  // The piece is still there to be shown together, in one tap.
  await associate.showTheirs();
  await expect(desk.tab('Piece')).toHaveAttribute('aria-selected', 'true');
});

for (const minutes of [1, -1]) {
  test(`a clock that is ${minutes} min off delays nothing and changes no order`, async ({ customer, associate }) => {
    await customer.page.addInitScript((off) => {
      const { now } = Date;
      Date.now = () => now() + off;
    }, minutes * 60_000);
    await customer.visit(RING);
    const desk = await mirrored({ customer, associate }, RING);
    await expect.poll(() => desk.words('main h1')).toBe(await theirs(customer, 'main h1'));
    // Far within the minute: a player that went by the customer's clock would wait it out, or throw away what seems long past.
    for (const said of ['first', 'second', 'third']) {
      await customer.page.evaluate((text) => { document.querySelector('main h1').textContent = text; }, said);
      await expect.poll(() => desk.words('main h1')).toBe(said);
    }
  });
}

test('of a page that is left behind nothing is kept in the customer\'s browser', async ({ browser }) => {
  const page = await browser.newPage();
  await openLab(page, { '/': '<main><p>One</p><div id="host"></div><iframe srcdoc="<p>Two</p>"></iframe></main><script>host.attachShadow({mode:"open"}).innerHTML="<p>Three</p>"</script>' });
  await page.goto(`${LAB}/`);
  await share(page);
  await page.evaluate(() => {
    window.left = [];
    for (let i = 0; i < 4; i++) {
      window.share_.stop();
      window.left.push(new WeakRef(window.share_));
      window.share_ = new window.parts.mirror.Share(window.port_);
      window.share_.mirror.start();
    }
    window.share_.stop();
    window.share_ = null;
  });
  const cdp = await page.context().newCDPSession(page);
  await expect.poll(async () => {
    await cdp.send('HeapProfiler.collectGarbage');
    return page.evaluate(() => window.left.filter((ref) => ref.deref()).length);
  }, 'only the last may still be known to the recorder').toBeLessThanOrEqual(1);
  await page.close();
});

test('of what goes from a page nothing is kept: shadow roots, frames; what comes back is told', async ({ browser }) => {
  const page = await browser.newPage();
  await openLab(page, { '/': '<!doctype html><main><section id="stays"></section></main>' });
  await page.goto(`${LAB}/`);
  await share(page);
  await page.evaluate(async () => {
    const main = document.querySelector('main');
    const part = (text) => {
      const el = document.createElement('div');
      el.attachShadow({ mode: 'open' }).append(Object.assign(document.createElement('p'), { textContent: text }));
      return el;
    };
    const turn = () => new Promise((done) => setTimeout(done, 20));
    window.gone = [];
    window.known = 0;
    for (let i = 0; i < 4; i++) {
      const frame = document.createElement('iframe');
      frame.srcdoc = '<p>In a frame</p>';
      const came = new Promise((done) => { frame.onload = done; });
      main.append(part(`Part ${i}`), frame);
      await came;
      await turn();
      for (const inner of [main.querySelector('div').shadowRoot, frame.contentDocument]) {
        window.gone.push(new WeakRef(inner));
        if (window.share_.mirror.idOf(inner.querySelector('p')) > 0) window.known++;
      }
      main.querySelector('div').remove();
      frame.remove();
      await turn();
    }
    const again = part('Here');
    main.append(again);
    await turn();
    again.remove();
    await turn();
    document.getElementById('stays').append(again);
    await turn();
    again.shadowRoot.querySelector('p').textContent = 'Back again';
  });
  expect(await page.evaluate(() => window.known), 'they were all told').toBe(8);
  const cdp = await page.context().newCDPSession(page);
  await expect.poll(async () => {
    await cdp.send('HeapProfiler.collectGarbage');
    return page.evaluate(() => window.gone.filter((ref) => ref.deref()).length);
  }, { timeout: 60_000 }).toBe(0);
  await settled(page);
  expect(JSON.stringify((await told(page)).units)).toContain('Back again');
  await page.close();
});
