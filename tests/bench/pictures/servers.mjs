// SPDX-License-Identifier: Apache-2.0
/// The servers: ours with pictures in its catalogue; nginx with files as they are; iipsrv behind nginx, reading our own
/// masters. Servers on the first core, whoever asks on the second.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { sha256 } from '../../server/lib/picture.mjs';
import { vitrine } from '../relay/targets.mjs';
import { child, cpuOf, family, tool } from './tools.mjs';

const SERVER_CORE = '0';
const LOAD_CORE = '1';
const pin = (core, words) => ['taskset', '-c', core, ...words];
const environment = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITRINE_')));
const admin = (data, words) => execFileSync(vitrine, ['admin', ...words, '--data', data], { env: environment(), stdio: ['ignore', 'ignore', 'inherit'] });

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/// The whole answer of one address, asked on a connection that stays.
export function get(url, headers = {}) {
  return new Promise((resolve, reject) => {
    request(url, { agent, headers }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => resolve({ status: answer.statusCode, type: answer.headers['content-type'], body: Buffer.concat(parts) }));
    }).on('error', reject).end();
  });
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function until(what, look) {
  for (let i = 0; i < 400; i++) {
    if (await look().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${what} did not come`);
}

/// Brings files into a site's catalogue; resolves their ids by name.
export function bringIn(data, folder, files) {
  const products = Object.entries(files).map(([name, bytes], i) => {
    writeFileSync(join(folder, `p${i}`), bytes);
    return { sku: `P-${i}`, title: name, price: '1.00', url: `/${i}`, pictures: [`p${i}`], variants: [] };
  });
  const path = join(folder, 'catalogue.json');
  writeFileSync(path, JSON.stringify({ version: 1, currency: 'EUR', products }));
  admin(data, ['catalogue', 'import', '--site', 'pk_bench', path]);
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256(bytes)]));
}

class Running {
  /// CPU in ms of all its processes while `use` runs.
  async cost(use) {
    const pids = this.pids;
    const before = cpuOf(pids);
    const result = await use();
    return { cpu: cpuOf(pids) - before, result };
  }
}

export class Vitrine extends Running {
  /// `files`: originals by name.
  static async start(files, args = []) {
    const made = new Vitrine();
    made.folder = mkdtempSync(join(process.env.VITRINE_BENCH_DATA || tmpdir(), 'vitrine-bench-'));
    made.data = join(made.folder, 'data');
    admin(made.data, ['site', 'add', '--name', 'Bench', '--key', 'pk_bench', '--origin', 'https://shop.test']);
    made.ids = bringIn(made.data, made.folder, files);
    const words = [vitrine, 'serve', '--data', made.data, '--listen', '127.0.0.1:0', '--log-level', 'error', '--media-budget', '1h', '--media-workers', '1', ...args];
    made.child = child(pin(SERVER_CORE, words), { env: environment() });
    const [line] = await once(createInterface({ input: made.child.stdout }), 'line');
    made.url = /(http:\S+)/.exec(line)[1];
    for (const id of Object.values(made.ids)) await until('a master', async () => (await get(`${made.url}/iiif/3/${id}/info.json`)).status === 200);
    return made;
  }

  get pids() {
    return family(this.child.pid);
  }

  /// Where a picture's master lies, below the folder of masters.
  static master = (id) => join(id.slice(0, 2), id.slice(2, 4), `${id}.tif`);

  iiif(name, rest) {
    return `${this.url}/iiif/3/${this.ids[name]}/${rest}`;
  }

  async stop() {
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const conf = (folder, port, socket) => `
worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log warn;
events { worker_connections 512; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; default_type image/jpeg;
  open_file_cache max=1000 inactive=60s; open_file_cache_valid 60s; open_file_cache_min_uses 1;
  client_body_temp_path ${folder}/t1; proxy_temp_path ${folder}/t2; fastcgi_temp_path ${folder}/t3; uwsgi_temp_path ${folder}/t4; scgi_temp_path ${folder}/t5;
  upstream iip { server unix:${socket}; keepalive 4; }
  server {
    listen 127.0.0.1:${port};
    location / { root ${folder}/files; }
    location = /iip {
      fastcgi_pass iip; fastcgi_keep_conn on; fastcgi_buffers 16 64k; fastcgi_buffer_size 64k;
      fastcgi_param QUERY_STRING $query_string; fastcgi_param REQUEST_METHOD $request_method; fastcgi_param REQUEST_URI $request_uri;
      fastcgi_param HTTP_HOST $host; fastcgi_param SERVER_PROTOCOL $server_protocol; fastcgi_param SCRIPT_NAME /iip;
    }
  }
}`;

/// nginx with sendfile and open_file_cache for files, and iipsrv behind it.
export class Nginx extends Running {
  /// `masters`: the folder iipsrv reads; `cacheMb`: 0 has it make every tile anew.
  static async start(masters, files, cacheMb = 0) {
    const made = new Nginx();
    made.folder = mkdtempSync(join(tmpdir(), 'vitrine-bench-nginx-'));
    mkdirSync(join(made.folder, 'files'));
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(made.folder, 'files', name), bytes);
    const [port, socket] = [await freePort(), join(made.folder, 'iip.sock')];
    writeFileSync(join(made.folder, 'conf'), conf(made.folder, port, socket));
    const env = { ...environment(), FILESYSTEM_PREFIX: `${masters}/`, MAX_IMAGE_CACHE_SIZE: String(cacheMb), JPEG_QUALITY: '78', VERBOSITY: '0', LOGFILE: join(made.folder, 'iip.log') };
    made.iip = child(pin(SERVER_CORE, ['spawn-fcgi', '-n', '-s', socket, '-M', '0666', '--', '/usr/lib/iipimage-server/iipsrv.fcgi']), { env });
    // As root nginx's worker would become another user, who may not read a folder of ours.
    const user = process.getuid() === 0 ? ['-g', 'user root;'] : [];
    made.child = child(pin(SERVER_CORE, ['nginx', '-c', join(made.folder, 'conf'), '-p', made.folder, ...user]));
    made.url = `http://127.0.0.1:${port}`;
    await until('nginx', async () => (await get(`${made.url}/nothing`)).status === 404);
    return made;
  }

  get pids() {
    return [...family(this.child.pid), ...family(this.iip.pid)];
  }

  iiif(master, rest) {
    return `${this.url}/iip?IIIF=${master}/${rest}`;
  }

  async stop() {
    const gone = [this.child, this.iip].map((each) => once(each, 'exit'));
    this.child.kill('SIGTERM');
    this.iip.kill('SIGTERM');
    await Promise.all(gone);
    rmSync(this.folder, { recursive: true, force: true });
  }

  get complaints() {
    return readFileSync(join(this.folder, 'error.log'), 'utf8');
  }
}

/// libwebsockets on libuv with one answer in memory and nothing else: what ours could reach at most.
export class Bare extends Running {
  static async start(bytes) {
    const made = new Bare();
    made.folder = mkdtempSync(join(tmpdir(), 'vitrine-bench-bare-'));
    const path = join(made.folder, 'tile.jpg');
    writeFileSync(path, bytes);
    made.child = child(pin(SERVER_CORE, [tool('bare_http'), path]));
    const [line] = await once(createInterface({ input: made.child.stdout }), 'line');
    made.url = /(http:\S+)/.exec(line)[1];
    return made;
  }

  get pids() {
    return [this.child.pid];
  }

  async stop() {
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/// Requests per second that wrk gets out of one address, and how many there were.
export async function wrk(url, seconds, connections = 8) {
  const asked = child(pin(LOAD_CORE, ['wrk', '-t1', '--timeout', '10s', `-c${connections}`, `-d${seconds}s`, url]), { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  asked.stdout.setEncoding('utf8').on('data', (part) => (text += part));
  await once(asked, 'close');
  if (/Non-2xx|Socket errors/.test(text)) throw new Error(`${url}: ${text}`);
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)[1]), count: Number(/(\d+) requests in/.exec(text)[1]) };
}
