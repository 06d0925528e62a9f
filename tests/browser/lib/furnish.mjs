// SPDX-License-Identifier: Apache-2.0
/// What a shop has decided, and the people in it who need no screen.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { associate as staff, siteIsThere, take } from '../../server/lib/kit.mjs';
import { SITE } from './ground.mjs';

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
export const ALL_DAY = Object.fromEntries(DAYS.map((name) => [name, [['00:00', '24:00']]]));

/// Hours with today, and as many days behind it, closed.
export function closedUntil(days, why) {
  const exceptions = Array.from({ length: days }, (_, i) => ({ date: new Date(Date.now() + i * 86_400_000).toISOString().slice(0, 10), open: [], why }));
  return [{ id: 'main', name: 'Main', hours: { tz: 'UTC', week: ALL_DAY, exceptions } }];
}

/// The server reads all sites at once and says nothing of it: when it knows one that was made later, it knows these settings.
let sequels = 0;

export async function settings(server, what) {
  const file = join(server.data, 'settings.json');
  writeFileSync(file, JSON.stringify(what));
  await server.mustAdmin(['site', 'set', '--site', SITE, '--settings', file]);
  const sequel = { key: `pk_sequel_${++sequels}`, origin: `https://sequel-${sequels}.test` };
  await server.addSite({ key: sequel.key, origins: [sequel.origin] });
  await siteIsThere(server, sequel.key, sequel.origin);
}

/// The customer in a session with a scripted Camille; resolves her peer and the conversation's number for her.
export async function live(server, customer, text) {
  const camille = await staff(server, 'camille', { site: SITE });
  await customer.comes(text);
  const { rows } = await camille.request('queue.watch', { tab: 'unassigned' });
  const n = await take(camille, rows[0].conv);
  await customer.isWith();
  return { camille, n };
}
