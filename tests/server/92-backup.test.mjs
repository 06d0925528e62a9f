// SPDX-License-Identifier: Apache-2.0
/// Backups made while people talk, and what a restore makes of them.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { back, customer, eventually, live, say, shop } from './lib/kit.mjs';
import { holds, query, sendPicture } from './lib/kept.mjs';
import { rest } from './lib/http.mjs';
import { photo } from './lib/picture.mjs';
import { binary } from './lib/server.mjs';

const CANARY = 'canary-of-one-who-was-erased-41bc';

const vitrine = (...args) => new Promise((resolve) => {
  execFile(binary, args, { timeout: 180000 }, (error, stdout, stderr) => resolve({ status: error ? error.code : 0, stdout, stderr }));
});

async function done(...args) {
  const { status, stdout, stderr } = await vitrine(...args);
  assert.equal(status, 0, `${args.join(' ')}: ${stderr}`);
  return stdout;
}

/// The files of a picture; rows may go on to name it.
const files = (server, id) => holds(server, id, { names: true }).filter((path) => path.includes(id));

/// The files under a folder, by path and node.
function nodes(folder, under = '') {
  return readdirSync(join(folder, under), { withFileTypes: true }).flatMap((entry) => {
    const path = join(under, entry.name);
    return entry.isDirectory() ? nodes(folder, path) : [[path, statSync(join(folder, path)).ino]];
  });
}

test('backed up under talk, erased afterwards, restored: nothing acknowledged is missing, nobody resumes into the past, who was erased stays so', async (t) => {
  const server = await shop((fn) => t.after(fn), { associates: ['lea', ['ada', 'admin']] });
  const place = mkdtempSync(join(tmpdir(), 'vitrine-backups-'));
  t.after(() => rmSync(place, { recursive: true, force: true }));
  const ada = await rest(server, 'ada');
  const { c, a, n } = await live(server);
  const gone = await customer(server, { name: 'gone' });
  await say(gone, `${CANARY} says hello`);
  const sent = await sendPicture(server, gone, photo());
  await eventually('its master', () => files(server, sent.id).some((path) => path.endsWith('.tix')));

  // Both talk all the while; what was acknowledged before a backup began must be in it.
  const acked = [];
  let talks = true;
  const talk = (async () => {
    for (let i = 0; talks; i++) {
      const { cs } = await (i % 2 ? say(a, `word ${i}`, { c: n }) : say(c, `word ${i}`)).catch((error) => (error.code === 'rate.limited' ? {} : Promise.reject(error)));
      if (cs) acked.push(i);
      else await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  await eventually('some talk', () => acked.length >= 4);
  await done('backup', '--to', place, '--data', server.data);
  await eventually('more talk', () => acked.length >= 6);
  const before = [...acked];
  await eventually('another second', () => !readdirSync(place).includes(`vitrine-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`));
  const said = await done('backup', '--to', place, '--data', server.data);
  await eventually('talk after it', () => acked.length > before.length);
  talks = false;
  await talk;
  const [first, second] = readdirSync(place).sort();
  const old = new Map(nodes(join(place, first)));
  const shared = nodes(join(place, second)).filter(([path, node]) => path.startsWith('masters/') && old.get(path) === node);
  assert.ok(shared.length >= 2, `${said}: what did not change is shared: ${JSON.stringify(shared)}`);

  // After the backup: one is erased, and the server refuses to be overwritten while it runs.
  assert.equal((await ada.del(`/conversations/${gone.conv}`)).status, 200);
  await eventually('the files are gone', () => files(server, sent.id).length === 0);
  const busy = await vitrine('restore', '--from', join(place, second), '--data', server.data);
  assert.equal(busy.status, 1);
  assert.match(busy.stderr, /server runs.*stop it/i);

  await server.halt();
  const restored = await done('restore', '--from', join(place, second), '--data', server.data);
  assert.match(restored, /1 erased again/);
  assert.deepEqual(holds(server, CANARY), []);
  assert.deepEqual(files(server, sent.id), []);
  assert.match(await server.mustAdmin(['audit', 'verify']), /^whole/);
  assert.match(await server.mustAdmin(['audit', 'list']), /backup\.restored/);
  assert.match(await server.mustAdmin(['audit', 'list']), /conversation\.erased|customer\.erased/); // the newer log stays

  await server.start();
  const fresh = await back(server, c);
  const { d } = await fresh.waitFor('snapshot');
  assert.deepEqual(fresh.welcome.convs.map(({ conv, recovered }) => [conv, recovered]), [[c.conv, false]]);
  const texts = new Set(d.thread.map((row) => row.d.body?.text));
  const kept = new Set(query(server, 'SELECT body FROM message WHERE conv=?', c.conv).map(([body]) => JSON.parse(body).body?.text));
  for (const i of before) assert.ok(kept.has(`word ${i}`), `word ${i} was acknowledged before the backup`);
  assert.ok([...texts].every((text) => text === undefined || kept.has(text)));
  // The thread goes on, and with numbers of its own epoch.
  const { cs } = await say(fresh, 'after it all');
  assert.ok(cs > 0);
  await fresh.cut();
});

test('a backup that is not whole, and one of a newer build, are refused and nothing is touched', async (t) => {
  const server = await shop((fn) => t.after(fn));
  const place = mkdtempSync(join(tmpdir(), 'vitrine-backups-'));
  t.after(() => rmSync(place, { recursive: true, force: true }));
  const c = await customer(server);
  await say(c, 'kept');
  await c.cut();
  await done('backup', '--to', place, '--data', server.data, '--with-key');
  await server.halt();
  const from = join(place, readdirSync(place)[0]);
  // A restore that was cut short in its exchange: no server starts on half of it, and a second one ends it.
  mkdirSync(join(server.data, 'restoring'));
  await assert.rejects(server.start(), /did not come to its end; run it again/);
  server.child = null;
  await done('restore', '--from', from, '--data', server.data);
  const was = readFileSync(join(server.data, 'store.db'));
  const refused = async (why) => {
    const { status, stderr } = await vitrine('restore', '--from', from, '--data', server.data);
    assert.equal(status, 1, stderr);
    assert.match(stderr, why);
    assert.deepEqual(readFileSync(join(server.data, 'store.db')), was);
  };
  const manifest = readFileSync(join(from, 'manifest.txt'), 'utf8');
  writeFileSync(join(from, 'manifest.txt'), manifest.replace(/^schema \d+$/m, 'schema 999'));
  await refused(/newer Vitrine/);
  writeFileSync(join(from, 'manifest.txt'), manifest);
  appendFileSync(join(from, 'store.db'), 'x');
  await refused(/not what was written/);
  unlinkSync(join(from, 'manifest.txt'));
  await refused(/no whole backup/);
  await server.start(); // an unfinished restore would keep it from that
  const again = await back(server, c);
  assert.equal((await again.waitFor('snapshot')).d.thread.at(-1).d.body.text, 'kept');
  await again.cut();
});

test('onto a new machine: with its key, and with the erasures of a newer backup', async (t) => {
  const server = await shop((fn) => t.after(fn));
  const place = mkdtempSync(join(tmpdir(), 'vitrine-backups-'));
  t.after(() => rmSync(place, { recursive: true, force: true }));
  const c = await customer(server);
  await say(c, CANARY);
  await c.cut();
  const [older, newer] = [join(place, 'older'), join(place, 'newer')];
  await done('backup', '--to', older, '--data', server.data, '--with-key');
  await server.mustAdmin(['erase', '--site', 'pk_test', '--conversation', c.conv]);
  await done('backup', '--to', newer, '--data', server.data);
  const one = (folder) => join(folder, readdirSync(folder)[0]);
  const data = join(place, 'new');
  await done('restore', '--from', one(older), '--data', data, '--erasures', one(newer));
  assert.deepEqual(holds({ data }, CANARY), []);
  assert.deepEqual(readFileSync(join(data, 'vitrine.key')), readFileSync(join(server.data, 'vitrine.key')));
  const whole = await vitrine('admin', 'site', 'list', '--data', data);
  assert.match(whole.stdout, /pk_test/);
});

test('a store of a newer build keeps the server from starting, and is left alone', async (t) => {
  const server = await shop((fn) => t.after(fn), { associates: [] });
  await server.halt();
  query(server, 'PRAGMA user_version=999');
  await assert.rejects(server.start(), /newer Vitrine.*version 999/s);
  server.child = null;
  assert.deepEqual(query(server, 'PRAGMA user_version'), [[999]]);
});
