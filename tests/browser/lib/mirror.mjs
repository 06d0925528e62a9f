// SPDX-License-Identifier: Apache-2.0
/// Recorder, guard, filter and player without a server between them: a shop's origin with pages, an origin with the mirror page
/// under the policy it is served with, and a page that frames it as the console does. For what a page looks like on the other
/// side, and for what a hostile one may send.

import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { top } from '../../server/lib/protocol.mjs';
import { frames } from './corpus/fidelity/index.mjs';

const esbuild = createRequire(join(top, 'web/package.json'))('esbuild');

/// What the customer's browser runs: the recorder behind its guard, its ops handed to whoever listens.
const RECORDER = `
import { rrweb } from './mirror/recorder.ts';
import { Guard } from './mirror/guard.ts';
import { rulesFor } from './mirror/rules.ts';
const rules = rulesFor({}, undefined, location.pathname);
const mirror = rrweb(rules.block);
const guard = new Guard(rules, (id) => mirror.nodeOf(id));
window.told = [];
mirror.onEvent((op) => { if (op.type === 3 && op.data.source === 3) return; const kept = guard.pass(op); if (kept) window.told.push(kept); });
window.mirror = mirror;
mirror.start();
`;

async function recorder() {
  const made = await esbuild.build({ stdin: { contents: RECORDER, resolveDir: join(top, 'web'), loader: 'ts' }, bundle: true, format: 'iife', write: false, target: 'es2022' });
  return made.outputFiles[0].text;
}

const picture = (n) => `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200"><rect width="200" height="200" fill="hsl(${n * 47},40%,${30 + n * 5}%)"/><circle cx="${60 + n * 8}" cy="90" r="${30 + n * 3}" fill="#fff"/><path d="M20 180L100 ${20 + n * 10}L180 180z" fill="#0004"/></svg>`;
const CSS = 'h1{font:700 40px serif;color:#064}.tile{height:160px;background:url(../pic/4.svg) center/80px #eee;padding:20px}';

const open = (answer) => new Promise((done) => {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1', () => done({ server, origin: `http://127.0.0.1:${server.address().port}` }));
});

export const policy = (shop) => `default-src 'none'; script-src 'self'; style-src 'unsafe-inline' ${shop}; img-src data: blob: ${shop}; font-src ${shop}; media-src ${shop}; object-src 'none'; frame-src 'none'; base-uri 'none'; form-action 'none'`;

const HOST = `<!doctype html><meta charset="utf-8"><style>html,body{margin:0;height:100%}iframe{display:block;border:0;width:100%;height:100%}</style><iframe id="m" src="/mirror/"></iframe>
<script>window.words=[];addEventListener('message',(e)=>{if(e.source===m.contentWindow&&e.origin===location.origin)words.push(e.data)});window.tell=(w)=>m.contentWindow.postMessage(w,location.origin)</script>`;

/// Many of those in one document, `count` names of them: each is looked at as if it were alone, all at once.
const wall = (count) => `<!doctype html><meta charset="utf-8"><style>html,body{margin:0}iframe{display:block;float:left;border:0;width:800px;height:600px}</style>${Array.from({ length: count }, (_, i) => `<iframe src="/host?${i}"></iframe>`).join('')}`;

/// { shop, vitrine, asked: what was asked of either origin, page(name, html), close() }
export async function openMirror(pages, { policed = true } = {}) {
  const script = await recorder();
  const dist = join(process.env.VITRINE_WEB || join(top, 'web/dist'), 'mirror');
  const asked = [];
  const extra = new Map();
  const shop = await open((request, response) => {
    const { pathname, search } = new URL(request.url, 'http://x');
    asked.push({ origin: 'shop', path: pathname + search, referer: request.headers.referer });
    const [, kind, name = ''] = pathname.split('/');
    const send = (type, body) => response.writeHead(200, { 'content-type': type, 'access-control-allow-origin': '*' }).end(body);
    if (kind === 'page' && (extra.has(name) || pages[name])) return send('text/html', extra.get(name) ?? pages[name]);
    if (kind === 'frame') return send('text/html', frames[name]);
    if (kind === 'pic') return send('image/svg+xml', picture(Number.parseInt(name, 10) || 0));
    if (kind === 'css') return send('text/css', CSS);
    if (kind === 'font') return send('font/ttf', readFileSync('/usr/share/fonts/truetype/dejavu/DejaVuSerif-Bold.ttf'));
    return response.writeHead(404).end();
  });
  const vitrine = await open((request, response) => {
    const { pathname, search } = new URL(request.url, 'http://x');
    asked.push({ origin: 'vitrine', path: pathname + search });
    if (pathname === '/wall') return response.writeHead(200, { 'content-type': 'text/html' }).end(wall(Number(search.slice(1))));
    if (pathname === '/host') return response.writeHead(200, { 'content-type': 'text/html' }).end(HOST);
    const file = pathname === '/mirror/' ? 'index.html' : readdirSync(dist).find((one) => pathname === `/mirror/${one}`);
    if (!file || !pathname.startsWith('/mirror/')) return response.writeHead(404).end();
    return response.writeHead(200, {
      'content-type': file.endsWith('.js') ? 'text/javascript' : 'text/html', 'referrer-policy': 'no-referrer',
      ...(policed ? { 'content-security-policy': policy(shop.origin) } : {}),
    }).end(readFileSync(join(dist, file)));
  });
  return {
    shop: shop.origin, vitrine: vitrine.origin, script, asked,
    put: (name, html) => extra.set(name, html),
    async close() {
      for (const { server } of [shop, vitrine]) {
        server.closeAllConnections();
        await new Promise((done) => server.close(done));
      }
    },
  };
}

/// The structural likeness of two pictures of one size, by windows of 8 x 8: 1 is the same. As in Wang et al. 2004, on the
/// brightness; computed in a page, which reads PNG by itself.
export function likeness(page, one, other) {
  return page.evaluate(async ([a, b]) => {
    const read = async (base64) => {
      const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const ink = canvas.getContext('2d');
      ink.drawImage(bitmap, 0, 0);
      const { data } = ink.getImageData(0, 0, bitmap.width, bitmap.height);
      const grey = new Float64Array(bitmap.width * bitmap.height);
      for (let i = 0; i < grey.length; i++) grey[i] = 0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2];
      return { grey, width: bitmap.width, height: bitmap.height };
    };
    const [x, y] = [await read(a), await read(b)];
    if (x.width !== y.width || x.height !== y.height) return 0;
    const [C1, C2, N] = [6.5025, 58.5225, 8];
    let sum = 0;
    let windows = 0;
    for (let top = 0; top + N <= x.height; top += 4) {
      for (let left = 0; left + N <= x.width; left += 4) {
        let [sx, sy, xx, yy, xy] = [0, 0, 0, 0, 0];
        for (let r = 0; r < N; r++) {
          for (let c = 0; c < N; c++) {
            const i = (top + r) * x.width + left + c;
            const [p, q] = [x.grey[i], y.grey[i]];
            sx += p; sy += q; xx += p * p; yy += q * q; xy += p * q;
          }
        }
        const n = N * N;
        const [mx, my] = [sx / n, sy / n];
        const [vx, vy, v] = [xx / n - mx * mx, yy / n - my * my, xy / n - mx * my];
        sum += ((2 * mx * my + C1) * (2 * v + C2)) / ((mx * mx + my * my + C1) * (vx + vy + C2));
        windows++;
      }
    }
    return sum / windows;
  }, [one.toString('base64'), other.toString('base64')]);
}
