// SPDX-License-Identifier: Apache-2.0
/// Films in the other engines: Firefox and WebKit from Debian's packages play what Chromium plays, while it is still being encoded
/// and after. By hand, for the packages are large: `apt install firefox-esr webkit2gtk-driver gstreamer1.0-libav xvfb`, build and
/// build the web, then `node tests/browser/smoke-film.mjs`. An engine that is not there is named and is a failure.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { WebSocket } from 'ws';

import { SITE, keeper, live, shop, writeCatalogue } from '../server/lib/kit.mjs';
import { photo, quarters, sha256 } from '../server/lib/picture.mjs';

const WAIT_MS = 30_000;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function until(what, is) {
  for (const end = Date.now() + WAIT_MS; Date.now() < end; await pause(100)) {
    const found = await is().catch(() => null);
    if (found) return found;
  }
  throw new Error(`${what}: not within ${WAIT_MS / 1000} s`);
}

/// Firefox by WebDriver BiDi, which it speaks itself.
async function firefox(folder, children) {
  const child = spawn('firefox-esr', ['--headless', '--no-remote', '--profile', folder, '--remote-debugging-port', '0'], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  children.push(child);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  const url = await until('Firefox', async () => /WebDriver BiDi listening on (ws:\S+)/.exec(said)?.[1]);
  const socket = new WebSocket(`${url}/session`);
  await once(socket, 'open');
  let id = 0;
  const waiting = new Map();
  socket.on('message', (data) => {
    const m = JSON.parse(data);
    waiting.get(m.id)?.(m);
  });
  const ask = (method, params) => new Promise((done, fail) => {
    waiting.set(++id, (m) => (m.type === 'error' ? fail(new Error(m.message)) : done(m.result)));
    socket.send(JSON.stringify({ id, method, params }));
  });
  await ask('session.new', { capabilities: {} });
  const { context } = await ask('browsingContext.create', { type: 'tab' });
  return {
    open: (url) => ask('browsingContext.navigate', { context, url, wait: 'interactive' }),
    run: async (expression) => JSON.parse((await ask('script.evaluate', { expression: `JSON.stringify(${expression})`, target: { context }, awaitPromise: true })).result.value),
  };
}

/// WebKit by WebDriver: MiniBrowser under its own driver, on a screen nobody sees.
async function webkit(folder, children) {
  const browser = ['4.1', '4.0', '6.0'].map((v) => `/usr/lib/x86_64-linux-gnu/webkit2gtk-${v}/MiniBrowser`).find((path) => existsSync(path));
  if (!browser) throw new Error('no MiniBrowser of webkit2gtk-driver');
  const port = 20_000 + (process.pid % 20_000);
  children.push(spawn('xvfb-run', ['-a', 'WebKitWebDriver', `--port=${port}`], { stdio: 'ignore', detached: true, env: { ...process.env, HOME: folder, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' } }));
  const ask = async (method, path, body) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(value.message || value.error);
    return value;
  };
  const { sessionId } = await until('WebKit', () => ask('POST', '/session', { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': { binary: browser, args: ['--automation'] } } } }));
  return {
    open: (url) => ask('POST', `/session/${sessionId}/url`, { url }),
    run: (expression) => ask('POST', `/session/${sessionId}/execute/sync`, { script: `return ${expression}`, args: [] }),
  };
}

/// A page of another origin, as a shop's is, that shows one file as a film or as a picture.
async function stage(later) {
  const server = createServer((req, res) => {
    const src = new URL(req.url, 'http://x').searchParams.get('src');
    const tag = /\.(webp|jpg)\?/.test(src) ? `<img src="${src}">` : `<video muted autoplay playsinline src="${src}"></video>`;
    res.setHeader('Content-Type', 'text/html');
    res.end(src ? `<!doctype html><body>${tag}` : '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  later(() => server.close());
  return (src) => `http://127.0.0.1:${server.address().port}/?src=${encodeURIComponent(src)}`;
}

const plays = (page) => async () => {
  const { t, error, width } = await page.run("(() => { const v = document.querySelector('video'); return { t: v.currentTime, error: v.error && v.error.message, width: v.videoWidth }; })()");
  if (error) throw new Error(error);
  return t > 0.5 && width === 320;
};
const shows = (page) => async () => await page.run("document.querySelector('img').naturalWidth") > 0;

async function main() {
  const undo = [];
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-smoke-'));
  const children = [];
  let failed = 0;
  try {
    const pictures = { 'one.jpg': photo(), 'two.png': quarters(800, 600) };
    const server = await shop(keeper((fn) => undo.push(fn)), { associates: ['lea'], args: ['--media-workers', '2'] });
    const path = writeCatalogue(folder, [{ sku: 'ONE', title: 'Ring', price: '1290.00', url: '/1', pictures: Object.keys(pictures), variants: [] }], pictures);
    await server.mustAdmin(['catalogue', 'import', '--site', SITE, path]);
    const { a, n } = await live(server);
    const at = await stage((fn) => undo.push(fn));
    const stills = Object.values(pictures).map((bytes) => ({ id: sha256(bytes), seconds: 3, caption: 'Ring · €1,290' }));
    for (const [name, open] of Object.entries({ Firefox: firefox, WebKit: webkit })) {
      try {
        const home = mkdtempSync(join(folder, 'home-'));
        const page = await open(home, children);
        const { media, job } = await a.request('film.make', { stills, size: [320, 240], name }, { c: n });
        const of = (ending) => at(`${server.url}/v/${media.split('?')[0]}.${ending}${media.slice(media.indexOf('?'))}`);
        const step = async (what, ending, is) => {
          await page.open(of(ending));
          await until(`${name}, ${what}`, is(page));
          console.log(`ok ${name}: ${what}`);
        };
        await step('plays while it is encoded', 'mp4', plays);
        await a.waitFor('film.job', (d) => d.job === job && d.state === 'ready');
        await step('plays when it is whole', 'mp4', plays);
        await step('shows its poster', 'jpg', shows);
        await step('shows it moving, as a mail does', 'webp', shows);
        await until('the copy in AV1', async () => (await fetch(new URL(decodeURIComponent(of('webm').split('src=')[1])))).status === 200);
        // Debian's WebKit plays AV1 with gstreamer1.0-plugins-bad alone; our players give everybody MP4.
        if (await page.run(`document.createElement('video').canPlayType('video/webm; codecs="av01.0.00M.08"')`)) await step('plays AV1', 'webm', plays);
        else console.log(`-- ${name}: says that it plays no AV1`);
      } catch (error) {
        failed++;
        console.log(`FAILED ${name}: ${error.message}`);
      }
    }
  } finally {
    for (const { pid } of children) if (pid) try { process.kill(-pid); } catch { /* gone */ }
    for (const fn of undo.reverse()) await fn();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  process.exitCode = failed ? 1 : 0;
}

await main();
