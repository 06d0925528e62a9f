// SPDX-License-Identifier: Apache-2.0
/// One function a row: both sides in turn, each round in another order; CPU medians as ratios, least wall times beside.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { interleave, isTooBusy, median, summary } from '../relay/measure.mjs';
import { Target } from '../relay/targets.mjs';
import { MEGAPIXELS, bombs as makeBombs, originals } from './originals.mjs';
import { Bare, Nginx, Vitrine, bringIn, get, wrk } from './servers.mjs';
import { ours, peakOf, sharpPeer } from './tools.mjs';

const x = (value) => `${value.toFixed(2)}x`;
const ms = (value) => `${value.toFixed(1)} ms`;
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
const of = (results, key) => median(results.map((each) => each[key]));
const least = (results, key) => Math.min(...results.map((each) => each[key]));

async function withFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-bench-pictures-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function withAll(list, use) {
  const running = [];
  try {
    for (const start of list) running.push(await start(...running));
    return await use(...running);
  } finally {
    for (const each of running.reverse()) await (each.stop ?? each.end).call(each);
  }
}

/* --- thumbs ---------------------------------------------------------------------------------------- */

const WIDTHS = [320, 640, 1280];

/// The most memory of a process that makes one picture and nothing else.
async function peakFor(start, ...words) {
  const worker = await start();
  const { peak } = await worker.ask(...words);
  worker.end();
  return peak;
}

export async function thumb({ rounds, times }) {
  const paths = await originals();
  return withAll([ours, sharpPeer], async (mine, sharp) => {
    const found = [];
    for (const size of Object.keys(MEGAPIXELS).reverse())
      for (const width of WIDTHS) {
        const results = await interleave(
          { ours: () => mine.ask('original', paths[size], width, times), sharp: () => sharp.ask('thumb', paths[size], width, times) },
          rounds,
        );
        const [a, b] = [of(results.ours, 'cpu'), of(results.sharp, 'cpu')];
        found.push({ size, width, ratio: a / b, ours: a, sharp: b, wall: [least(results.ours, 'wall'), least(results.sharp, 'wall')], bytes: [results.ours[0].bytes, results.sharp[0].bytes] });
      }
    const peaks = [await peakFor(ours, 'original', paths[24], 640, 1), await peakFor(sharpPeer, 'thumb', paths[24], 640, 1)];
    const ratios = found.map((each) => each.ratio);
    return [
      {
        what: 'thumb from the original, 24 and 12 MP, to 320, 640, 1280 px: CPU',
        must: '<= 1.0x sharp everywhere',
        measured: `${x(Math.min(...ratios))} to ${x(Math.max(...ratios))}`,
        met: ratios.every((ratio) => ratio <= 1),
        detail: found.map((f) => `${f.size} MP to ${f.width}: ${x(f.ratio)} (${ms(f.ours)} against ${ms(f.sharp)}; wall ${ms(f.wall[0])}, ${ms(f.wall[1])})`).join('; '),
        data: found,
      },
      {
        what: 'the same, most memory of the process, 24 MP to 640 px',
        must: '<= 0.6x sharp',
        measured: `${x(peaks[0] / peaks[1])} (${peaks[0].toFixed(0)} against ${peaks[1].toFixed(0)} MiB)`,
        met: peaks[0] / peaks[1] <= 0.6,
        detail: 'each a fresh process that makes one thumb; ours has opened its fonts and encoders first, as a worker does',
        data: peaks,
      },
    ];
  });
}

export async function ingested({ rounds, times }) {
  const paths = await originals();
  return withFolder((folder) =>
    withAll([ours, sharpPeer], async (mine, sharp) => {
      const master = join(folder, 'master.tif');
      const { cpu, first, bytes } = await mine.ask('ingest', paths[24], master, 3);
      const cli = ['vipsthumbnail', '-s', '640', '-o', `${join(folder, 'thumb.jpg')}[Q=78,optimize_coding,strip]`, paths[24]];
      const results = await interleave(
        {
          ours: () => mine.ask('thumb', master, 640, 'jpg', times),
          sharp: () => sharp.ask('thumb', paths[24], 640, times),
          vipsthumbnail: () => mine.ask('spawn', 2, ...cli),
        },
        rounds,
      );
      const [a, b, c] = [of(results.ours, 'cpu'), of(results.sharp, 'cpu'), of(results.vipsthumbnail, 'cpu')];
      return [
        {
          what: 'thumb after ingest, 24 MP to 640 px: CPU',
          must: '<= 0.25x sharp, <= 0.12x vipsthumbnail (both from the original)',
          measured: `${x(a / b)}, ${x(a / c)}`,
          met: a / b <= 0.25 && a / c <= 0.12,
          detail: `${ms(a)} against ${ms(b)} and ${ms(c)} (with its start); ingest itself ${ms(cpu)}, its first thumb after ${ms(first)}, master ${(bytes / 1e6).toFixed(1)} MB`,
          data: { ours: a, sharp: b, vipsthumbnail: c, ingest: cpu, first },
        },
      ];
    }),
  );
}

export async function avif({ rounds, times }) {
  const paths = await originals();
  return withFolder((folder) =>
    withAll([ours, sharpPeer], async (mine, sharp) => {
      const master = join(folder, 'master.tif');
      await mine.ask('ingest', paths[24], master, 1);
      const results = await interleave(
        {
          ours: () => mine.ask('encode', paths[24], 640, 'avif', times),
          whole: () => mine.ask('thumb', master, 640, 'avif', times),
          sharp: () => sharp.ask('encode', paths[24], 640, times),
        },
        rounds,
      );
      const [a, b, whole] = [of(results.ours, 'cpu'), of(results.sharp, 'cpu'), of(results.whole, 'cpu')];
      return [
        {
          what: 'AVIF of 640 px, effort 0, Q60: CPU to encode; from the master to the file',
          must: '<= 1.0x sharp; <= 40 ms',
          measured: `${x(a / b)}; ${ms(whole)}`,
          met: a / b <= 1 && whole <= 40,
          detail: `${ms(a)} against ${ms(b)}; ${results.ours[0].bytes} against ${results.sharp[0].bytes} bytes, the two encoders being libaom of Debian 12 and of sharp`,
          data: { ours: a, sharp: b, whole },
        },
      ];
    }),
  );
}

/* --- tiles ------------------------------------------------------------------------------------------ */

const SIDE = 512;

/// Addresses of tiles of a 6000 x 4000 picture, without the edge's: on the grid of level 1/scale, or off it by `off`.
function tiles(count, scale, off) {
  const step = SIDE * scale;
  const [columns, rows] = [Math.floor((6000 - off) / step), Math.floor((4000 - off) / step)];
  return Array.from({ length: count }, (_, i) => {
    const [column, row] = [i % columns, Math.floor(i / columns) % rows];
    return `${column * step + off},${row * step + off},${step},${step}/${SIDE},${SIDE}/0/default.jpg`;
  });
}

/// CPU in ms a request of a server that is asked for these, one after the other.
async function each(server, urls) {
  const { cpu } = await server.cost(async () => {
    for (const url of urls) {
      const { status, type, body } = await get(url);
      if (status !== 200 || type !== 'image/jpeg') throw new Error(`${url}: ${status} ${body.toString('latin1', 0, 200)}`);
    }
  });
  return { cpu: cpu / urls.length };
}

const photo24 = async () => Vitrine.start({ photo: readFileSync((await originals())[24]) });

async function againstIip(mine, nginx, rounds, paths) {
  const master = Vitrine.master(mine.ids.photo);
  let round = 0;
  const results = await interleave(
    {
      ours: () => each(mine, paths(round++).map((path) => mine.iiif('photo', path))),
      iipsrv: () => each(nginx, paths(round++).map((path) => nginx.iiif(master, path))),
    },
    rounds,
  );
  return [of(results.ours, 'cpu'), of(results.iipsrv, 'cpu')];
}

export async function tile({ rounds, requests }) {
  return withAll([photo24, (mine) => Nginx.start(join(mine.data, 'masters'), {})], async (mine, nginx) => {
    const rows = [];
    for (const [name, must, most, off] of [['on the grid', '<= 0.05x iipsrv, over HTTP', 0.05, false], ['not on the grid', '<= 1.5x iipsrv', 1.5, true]]) {
      const found = [];
      for (const scale of [1, 2]) {
        // Off the grid every address is asked once, so that no cache of ours helps.
        const [a, b] = await againstIip(mine, nginx, rounds, (round) => tiles(requests, scale, off ? 1 + round * 2 + scale : 0));
        found.push({ scale, ours: a, iipsrv: b, ratio: a / b });
      }
      rows.push({
        what: `IIIF tile of 512 px, cold, ${name}: CPU of all processes`,
        must,
        measured: found.map((f) => `1/${f.scale}: ${x(f.ratio)}`).join(', '),
        met: found.every((f) => f.ratio <= most),
        detail: found.map((f) => `1/${f.scale}: ${f.ours.toFixed(3)} against ${f.iipsrv.toFixed(2)} ms`).join('; ') + '; iipsrv reads the same master, its cache off, behind nginx',
        data: found,
      });
    }
    return rows;
  });
}

export async function warm({ rounds, seconds }) {
  const path = `1024,1024,${SIDE},${SIDE}/${SIDE},${SIDE}/0/default.jpg`;
  const start = async (mine) => Nginx.start(join(mine.data, 'masters'), { 'tile.jpg': (await get(mine.iiif('photo', path))).body }, 64);
  const bareStart = async (mine) => Bare.start((await get(mine.iiif('photo', path))).body);
  return withAll([photo24, start, bareStart], async (mine, nginx, bare) => {
    const run = async (server, url) => {
      const { cpu, result } = await server.cost(() => wrk(url, seconds));
      return { rate: result.rate, cpu: cpu / result.count };
    };
    const results = await interleave(
      {
        ours: () => run(mine, mine.iiif('photo', path)),
        nginx: () => run(nginx, `${nginx.url}/tile.jpg`),
        iipsrv: () => run(nginx, nginx.iiif(Vitrine.master(mine.ids.photo), path)),
        bare: () => run(bare, `${bare.url}/tile.jpg`),
      },
      rounds,
    );
    const [a, b, c, d] = ['ours', 'nginx', 'iipsrv', 'bare'].map((name) => ({ rate: of(results[name], 'rate'), cpu: of(results[name], 'cpu') }));
    return [
      {
        what: 'warm tile of 512 px, requests per second',
        must: '>= 50x iipsrv; >= 1.0x nginx static (sendfile, open_file_cache)',
        measured: `${x(a.rate / c.rate)}; ${x(a.rate / b.rate)}`,
        met: a.rate / c.rate >= 50 && a.rate >= b.rate,
        detail: `${a.rate.toFixed(0)} against ${c.rate.toFixed(0)} and ${b.rate.toFixed(0)}; CPU a request ${(a.cpu * 1000).toFixed(1)}, ${(c.cpu * 1000).toFixed(0)} and ${(b.cpu * 1000).toFixed(1)} us; bare libwebsockets, one answer in memory: ${d.rate.toFixed(0)}, ${(d.cpu * 1000).toFixed(1)} us; wrk, 8 connections, on the other core`,
        data: { ours: a, nginx: b, iipsrv: c, bare: d },
      },
    ];
  });
}

/* --- bombs ------------------------------------------------------------------------------------------ */

/// The same header claims, each time another file: a refusal is remembered, which is not what is measured.
const again = (bytes, i) => Buffer.concat([bytes, Buffer.from(`\n${i}`)]);

export async function bombs({ rounds }) {
  return withFolder((folder) =>
    withAll([ours], async (mine) => {
      const found = {};
      const files = await makeBombs(folder);
      for (const [name, { path }] of Object.entries(files)) {
        const runs = [];
        for (let i = 0; i < rounds; i++) runs.push(await mine.ask('ingest', path, join(folder, 'master.tif'), 1));
        found[name] = { cpu: of(runs, 'cpu'), problem: runs[0].problem, peak: Math.max(...runs.map((run) => run.peak)) };
      }
      const server = await bombsServed(files, rounds);
      const refused = Object.entries(found).filter(([name]) => name !== 'within');
      const slowest = Math.max(...refused.map(([, f]) => f.cpu));
      return [
        {
          what: 'bombs: refused from the header; the worst within the limits; over HTTP',
          must: '<= 5 ms; worker <= 300 MiB; server never restarts',
          measured: `${slowest.toFixed(2)} ms; ${server.peak.toFixed(0)} MiB; ${server.deaths} workers died, server ${server.alive ? 'went on' : 'ended'}`,
          met: slowest <= 5 && refused.every(([, f]) => f.problem === 'too-big') && server.peak <= 300 && server.alive && server.refused,
          detail: `${Object.entries(found).map(([name, f]) => `${name}: ${f.problem}, ${f.cpu.toFixed(2)} ms, ${f.peak.toFixed(0)} MiB`).join('; ')}; answered in ${server.wall.toFixed(1)} ms (least wall)`,
          data: { found, server },
        },
      ];
    }),
  );
}

/// The same through a running server: what its workers' memory was at most, and whether it lives.
async function bombsServed(files, rounds) {
  const names = Object.keys(files);
  const first = { photo: readFileSync((await originals())[12]) };
  return withAll([() => Vitrine.start(first, ['--media-workers', '2'])], async (mine) => {
    let peak = 0;
    let wall = Infinity;
    let refused = true;
    for (let i = 0; i < rounds; i++) {
      const ids = bringIn(mine.data, mine.folder, Object.fromEntries(names.map((name) => [name, again(files[name].bytes, i)])));
      for (const name of names) {
        const since = performance.now();
        const { status } = await get(`${mine.url}/iiif/3/${ids[name]}/info.json`);
        if (name !== 'within') {
          wall = Math.min(wall, performance.now() - since);
          refused &&= status === 413;
        }
        peak = Math.max(peak, ...mine.pids.slice(1).map(peakOf));
      }
    }
    const page = (await get(`${mine.url}/metrics`)).body.toString();
    const deaths = Number(/^vitrine_media_worker_deaths_total (\d+)/m.exec(page)?.[1] ?? NaN);
    return { peak, wall, deaths, refused, alive: mine.child.exitCode === null };
  });
}

/// A live session's pointer beside renders at a worker's limit.
export async function live({ rounds, seconds }) {
  const target = await Target.start('vitrine', { args: ['--media-budget', '1h', '--media-workers', '1'], roam: true });
  try {
    await target.ask('pairs', { n: 100 });
    const { photo } = bringIn(join(target.folder, 'data'), target.folder, { photo: readFileSync((await originals())[24]) });
    const address = (i) => `${target.url}/iiif/3/${photo}/${i % 997},${i % 499},4000,3000/^4900,/${i % 359}/default.png`;
    for (let i = 0; i < 100 && (await get(`${target.url}/iiif/3/${photo}/info.json`)).status !== 200; i++) await pause(50);
    const keys = { seconds, hz: 20 };
    let asked = 0;
    let number = 1;
    const beside = async () => {
      let going = true;
      const hammer = async () => {
        for (; going; asked++) await fetch(address(number++)).then((answer) => answer.arrayBuffer());
      };
      const crowd = [hammer(), hammer(), hammer()];
      await pause(200);
      const result = await target.run(keys);
      going = false;
      await Promise.all(crowd);
      return result;
    };
    const results = await interleave({ alone: () => target.run(keys), beside }, rounds);
    const [a, b] = [summary(results.alone), summary(results.beside)];
    const row = {
      what: 'pointer of 100 live sessions while a worker makes the largest renditions it may',
      must: 'p50 and p99 do not move (<= 1.5x)',
      measured: `p50 ${x(b.p50 / a.p50)}, p99 ${x(b.p99 / a.p99)}`,
      met: b.p50 / a.p50 <= 1.5 && b.p99 / a.p99 <= 1.5,
      detail: `p50 ${b.p50.toFixed(2)} against ${a.p50.toFixed(2)} ms, p99 ${b.p99.toFixed(2)} against ${a.p99.toFixed(2)} ms; ${asked} pictures asked for; the worker competes with the generator for two cores`,
      data: { alone: a, beside: b, asked },
    };
    return [isTooBusy(row.data.asked === 0 ? {} : { a, b }) ? { ...row, measured: `${row.measured} (not judged: the machine was too busy)`, met: null } : row];
  } finally {
    await target.stop();
  }
}

