// SPDX-License-Identifier: Apache-2.0
/// G6: the n-th allocation fails, in seven visits to the real server. It may refuse, answer 503 or close the line;
/// it may not crash, fall silent, leave a hole in what it tells, or forget what it had allocated. The server is
/// vitrine_starved (starve.c says whose allocations are meant), always under the sanitisers.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { SITE, customer, eventually, shop, writeCatalogue } from '../server/lib/kit.mjs';
import { ROOMY } from './lib/pairs.mjs';
import { chaos, pick, sleep } from './lib/report.mjs';
import { Ended, Silence, Visit, scripts } from './lib/scripts.mjs';
import { Hunger, placeOf, starved } from './lib/starve.mjs';

const POINTS = Number(process.env.VITRINE_POINTS) || pick(9, 900); // of each visit
const ONLY = process.env.VITRINE_VISITS?.split(','); // these alone, to look at what one of them found
const BATCH = 90; // visits to one server; what one of them leaves behind must not fill a desk
const WINDOWS = [1, 1, 12]; // one allocation fails, or a dozen in a row
const DEATH_MS = 2000;
const TOLD = Number(process.env.VITRINE_TOLD) || 12;
const CLOSES = new Set(['1001', '1006', '1011', '1013', '4100', '4101', '4201']);

const folder = mkdtempSync(join(tmpdir(), 'vitrine-memory-'));
const products = [1, 2, 3].map((i) => ({ sku: `VT-${i}`, title: `Halo ring ${i}`, price: `${i}00.00`, url: `/r${i}`, type: 'Rings', pictures: [], variants: [] }));

/// One server for some visits. Ended, it must not have leaked.
class Stand {
  static async open() {
    const stand = new Stand();
    stand.undo = [];
    stand.hunger = new Hunger(join(folder, 'page'));
    stand.server = await shop((fn) => stand.undo.push(fn), { bin: starved, associates: ['lea', 'max'], args: ROOMY, env: { VITRINE_STARVE: stand.hunger.path } });
    await stand.server.mustAdmin(['catalogue', 'import', '--site', SITE, writeCatalogue(folder, products)]);
    const someone = await customer(stand.server);
    await eventually('the catalogue', async () => (await someone.ask('catalogue.product', { sku: 'VT-1' })).ok, 20000);
    await someone.cut();
    return stand;
  }

  get isUp() {
    return this.server.child?.exitCode === null && this.server.child?.signalCode === null;
  }

  /// { how, why, count, failed, sites } of one visit whose allocations from `first` on fail.
  async visit({ begin, go }, first, length) {
    const visit = new Visit(this.server);
    let result = { how: 'went on' };
    this.hunger.clear(); // begin may fail, and then nothing was counted
    try {
      const from = await begin(visit);
      this.hunger.arm(this.server.child.pid, first, length);
      await go(visit, from);
    } catch (error) {
      if (error instanceof Ended) result = { how: 'ended', why: error.message };
      else result = { how: error instanceof Silence ? 'silence' : 'fault', why: error.message };
    }
    const found = this.hunger.disarm();
    await visit.end();
    const closed = /^closed (\d+)$/.exec(result.why)?.[1];
    if (closed && !CLOSES.has(closed)) result.how = 'fault';
    if (result.how !== 'went on' && result.how !== 'ended') await sleep(DEATH_MS); // a report is written before the end
    return { ...result, ...found };
  }

  async close() {
    for (const fn of this.undo.reverse()) await fn();
    this.hunger.close();
  }
}

/// The n at which to fail: all of them, and again with other windows, or so many spread evenly.
function chosen(count, most) {
  if (count <= most) return Array.from({ length: most }, (_, i) => 1 + (i % count));
  return Array.from({ length: most }, (_, i) => 1 + Math.floor(((i + 0.5) * count) / most));
}

class Tally {
  constructor() {
    Object.assign(this, { points: 0, hit: 0, went: 0, ended: 0, faults: [], ways: new Map() });
  }

  take(name, first, length, result) {
    this.points++;
    if (result.failed) this.hit++;
    if (result.how === 'went on') this.went++;
    else if (result.how === 'ended') this.ended++;
    else this.faults.push(`${name} ${first}+${length}: ${result.how}, ${result.why}; ${result.sites.map(placeOf).join(' | ')}`);
    if (result.how === 'ended') this.ways.set(result.why, (this.ways.get(result.why) ?? 0) + 1);
  }
}

await chaos('memory', async (run) => {
  run.after(() => rmSync(folder, { recursive: true, force: true }));
  const tally = new Tally();
  const crashes = [];
  const leaks = [];
  let stand = await Stand.open();
  let visits = 0;
  const renew = async () => {
    const wasUp = stand.isUp;
    await stand.close().catch((error) => (wasUp ? leaks : crashes).push(error.message.slice(0, 3000)));
    stand = await Stand.open();
    visits = 0;
  };
  for (const [name, script] of Object.entries(scripts).filter(([name]) => !ONLY || ONLY.includes(name))) {
    await stand.visit(script, 0xffffffff, 0); // the first of its kind fills what the others find
    const clean = await stand.visit(script, 0xffffffff, 0);
    assert.equal(clean.how, 'went on', `${name} with all the memory there is: ${clean.why}`);
    for (const [at, first] of chosen(clean.count, POINTS).entries()) {
      if (visits++ >= BATCH) await renew();
      const length = WINDOWS[(at + Math.floor(at / clean.count)) % WINDOWS.length];
      tally.take(name, first, length, await stand.visit(script, first, length));
      if (!stand.isUp) await renew();
    }
    const after = await stand.visit(script, 0xffffffff, 0);
    if (after.how !== 'went on') run.fault(new Error(`${name} afterwards: ${after.why}`));
    console.log(`${name}: ${clean.count} allocations, ${tally.points} points so far`);
  }
  await stand.close().catch((error) => leaks.push(error.message.slice(0, 3000)));
  for (const fault of tally.faults.slice(0, TOLD)) console.log(fault);
  for (const text of [...crashes, ...leaks].slice(0, TOLD)) console.log(text);
  const ways = [...tally.ways].sort((a, b) => b[1] - a[1]).map(([why, n]) => `${n} ${why}`).slice(0, 8).join(', ');
  run.goal('G6', `${tally.points} points in ${Object.keys(scripts).length} visits: crashes`, '0', crashes.length, crashes.length === 0);
  run.goal('G6', 'leaks and words of a sanitiser', '0', leaks.length, leaks.length === 0);
  run.goal('G6', 'silence, holes, other endings', '0', `${tally.faults.length}; ${tally.went} went on, ${tally.ended} ended (${ways})`, tally.faults.length === 0);
  run.goal('G6', 'points at which an allocation did fail', pick('most', '>= 5,000'), tally.hit, tally.hit >= pick(tally.points / 2, 5000));
});
