// SPDX-License-Identifier: Apache-2.0
/// The Debian package as a shop meets it: `./dev package --try`. Installed on a clean Debian 12 under systemd, behind nginx with TLS
/// by the example in server/docs/proxy, asked by `vitrine doctor`, driven by two people at its public address, upgraded, removed.
/// Needs root, ports 80, 443 and 8080, and what `package_try_packages` in ./dev names.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';

import { chromium, expect } from '@playwright/test';

import { launchOptions } from '../browser/lib/launch.mjs';
import { Cast, livePair, shot } from '../browser/lib/story.mjs';
import { createShopServer } from '../../web/shop/serve.mjs';
import { agree } from '../browser/lib/view.mjs';
import { top } from '../server/lib/protocol.mjs';
import { Machine } from './machine.mjs';

const [HELP, SHOP] = ['help.maison.test', 'maison.test'];
const URLS = { url: `https://${HELP}`, shop: `https://${SHOP}` };
const PASSWORD = 'a long enough password';
const deb = process.env.VITRINE_DEB;
const dist = join(top, 'web/dist');

let machine;
let shop;
let port;
let browser;

const listen = (server, on) => new Promise((done, fail) => server.once('error', fail).listen(on, '127.0.0.1', done));

/// The container shares this machine's ports.
async function mustBeFree(on) {
  const probe = createServer();
  await listen(probe, on).catch(() => assert.fail(`port ${on} is taken; this test needs 80, 443 and 8080`));
  await new Promise((done) => probe.close(done));
}

const shopByNginx = () => `server {
    listen 443 ssl;
    server_name ${SHOP};
    ssl_certificate /etc/ssl/${SHOP}.pem;
    ssl_certificate_key /etc/ssl/${SHOP}.key;
    location / { proxy_pass http://127.0.0.1:${port}; proxy_set_header Host \$host; }
}
`;

/// Certificates of an authority that the machine trusts, as a public one would be.
async function certify() {
  await machine.run(`cd /etc/ssl && openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=Try authority" -keyout ca.key -out /usr/local/share/ca-certificates/try.crt 2>/dev/null && update-ca-certificates >/dev/null 2>&1`);
  for (const name of [HELP, SHOP]) {
    await machine.run(`cd /etc/ssl && openssl req -newkey rsa:2048 -nodes -subj "/CN=${name}" -keyout ${name}.key -out ${name}.csr 2>/dev/null &&
      printf 'subjectAltName=DNS:${name}\\nextendedKeyUsage=serverAuth\\n' >${name}.ext &&
      openssl x509 -req -days 30 -in ${name}.csr -CA /usr/local/share/ca-certificates/try.crt -CAkey ca.key -CAcreateserial -extfile ${name}.ext -out ${name}.pem 2>/dev/null`);
  }
}

async function serveByNginx() {
  const example = readFileSync(join(top, 'server/docs/proxy/nginx.conf'), 'utf8')
    .replaceAll('help.shop.example', HELP)
    .replaceAll(`/etc/letsencrypt/live/${HELP}/fullchain.pem`, `/etc/ssl/${HELP}.pem`)
    .replaceAll(`/etc/letsencrypt/live/${HELP}/privkey.pem`, `/etc/ssl/${HELP}.key`);
  await machine.run('rm -f /etc/nginx/sites-enabled/default');
  machine.put('etc/nginx/sites-enabled/vitrine', example);
  machine.put('etc/nginx/sites-enabled/shop', shopByNginx());
  await machine.run('nginx -t && systemctl restart nginx');
}

before(async () => {
  for (const on of [80, 443, 8080]) await mustBeFree(on);
  shop = createShopServer({ root: join(dist, 'shop'), vitrine: URLS.url, site: 'pk_demo' });
  await listen(shop, 0);
  ({ port } = shop.address());
  machine = await Machine.boot(join(top, 'build/try'));
  await machine.run(`echo 127.0.0.1 ${HELP} ${SHOP} >>/etc/hosts`);
});

after(async () => {
  await browser?.close();
  shop?.closeAllConnections();
  shop?.close();
  await machine?.stop();
});

test('it installs, and serves as a user of its own', async () => {
  machine.take(deb, `root/${basename(deb)}`);
  await machine.run(`apt-get update -qq && apt-get install -y -qq --no-install-recommends /root/${basename(deb)}`);
  assert.equal(await machine.run('systemctl is-active vitrine && systemctl is-enabled vitrine'), 'active\nenabled\n');
  assert.equal((await machine.run('stat -c %U /proc/$(systemctl show -P MainPID vitrine)')).trim(), 'vitrine');
  assert.equal(await machine.run('stat -c "%U %a" /var/lib/vitrine /etc/vitrine/vitrine.key'), 'vitrine 700\nvitrine 600\n');
});

test('a site, its catalogue and its people by vitrine-admin', async () => {
  machine.take(join(dist, 'shop'), 'srv/shop');
  const admin = (words, input) => machine.run(`vitrine-admin ${words}`, input);
  await admin(`site add --key pk_demo --name "Maison Vitrine" --origin ${URLS.shop}`);
  await admin('catalogue import --site pk_demo /srv/shop/catalogue.json');
  await admin('associate add --site pk_demo --login camille --name Camille --role associate --password-stdin', `${PASSWORD}\n`);
});

test('vitrine doctor names what is not set up yet, and is content afterwards', async () => {
  const doctor = () => machine.try(`runuser -u vitrine -- vitrine doctor --config /etc/vitrine/vitrine.conf --page ${URLS.shop}/products/sapphire-halo-ring/`);
  await certify();
  const early = await doctor();
  assert.equal(early.status, 1, early.stdout + early.stderr);
  assert.match(early.stdout, /No public address is set[^]*base-url = https:/);
  assert.match(early.stdout, /fail +page.reach/);
  await machine.run(`sed -i 's|^# base-url = .*|base-url = ${URLS.url}|' /etc/vitrine/vitrine.conf && systemctl restart vitrine`);
  await serveByNginx();
  const late = await doctor();
  assert.equal(late.status, 0, late.stdout + late.stderr);
});

let people;
test('a customer on a phone and an associate at a desk by the public address', async () => {
  const rules = [HELP, SHOP].map((name) => `MAP ${name} 127.0.0.1`).join(',');
  browser = await chromium.launch({ ...launchOptions, args: [...launchOptions.args, `--host-resolver-rules=${rules}`, '--ignore-certificate-errors'] });
  const cast = new Cast(browser, URLS);
  const [customer, associate] = [await cast.customer(), await cast.associate()];
  people = { cast, customer, associate };
  await livePair(people);
  await customer.lookTogether();
  await associate.view.shown();
  const { view: phone } = customer;
  await phone.pinch(await phone.at(0.5, 0.5), 30, 90);
  expect((await agree(phone, associate.view)).scale).toBeGreaterThan(2);
  await shot(customer.page, 'package-phone');
  await shot(associate.page, 'package-desk');
  await tells('The halo is set by hand in our workshop.');
  assert.ok(customer.watch.sockets.length && customer.watch.sockets.every((at) => at.startsWith(`wss://${HELP}/`)), customer.watch.sockets.join());
});

async function tells(text) {
  await people.associate.say(text);
  await people.customer.toChat();
  await expect(people.customer.said.filter({ hasText: text })).toHaveCount(1);
}

test('an upgrade keeps their conversation and the configuration', async () => {
  people.customer.watch.expect(/./); // lines break while the service is started anew
  people.associate.watch.expect(/./);
  await machine.run(`apt-get install -y -qq --reinstall /root/${basename(deb)}`);
  assert.equal((await machine.run('systemctl is-active vitrine')).trim(), 'active');
  assert.match(await machine.run('cat /etc/vitrine/vitrine.conf'), new RegExp(`^base-url = ${URLS.url}$`, 'm'));
  await tells('We are still here.');
  await people.cast.close();
  people.cast.check();
});

test('a removal keeps the data, a purge does not', async () => {
  await machine.run('apt-get remove -y -qq vitrine');
  assert.equal((await machine.try('systemctl is-active vitrine')).stdout.trim(), 'inactive');
  await machine.run('test -s /var/lib/vitrine/store.db && test -s /etc/vitrine/vitrine.key');
  await machine.run('apt-get purge -y -qq vitrine');
  await machine.run('test ! -e /var/lib/vitrine && test ! -e /etc/vitrine');
});
