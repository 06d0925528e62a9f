// SPDX-License-Identifier: Apache-2.0
// Serves the built shop as a careful shop would: strict policy, right types, nothing from outside.
//
//   node serve.mjs --port 8090 --vitrine http://127.0.0.1:8080 --site pk_demo [--invite] [--host] [--root]
//
// The pages are static; only the address of Vitrine, the site's public key and the request's
// nonce are filled in. What a shop's own server says, merchant.mjs does. Prints one line, `shop http://…`, when it listens; port 0 takes a free one.

import { randomBytes } from 'node:crypto';
import { createReadStream, realpathSync } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DEFAULT_OUT } from './build.mjs';
import { escapeHtml } from './lib/html.mjs';
import { merchantRoutes } from './merchant.mjs';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.jpg': 'image/jpeg',
};
const HASHED = /^\/(?:assets|img)\//;
const MAX_URL = 2048;
const REQUEST_LIMIT_MS = 10_000;
const MAX_CONNECTIONS = 512;

/** The policy of a shop that trusts itself and one Vitrine host; no inline script, no inline style. */
export function contentPolicy(vitrine, nonce) {
  const socket = vitrine.replace(/^http/, 'ws');
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' ${vitrine}`,
    `connect-src 'self' ${vitrine} ${socket}`,
    `img-src 'self' ${vitrine} blob: data:`,
    `media-src 'self' ${vitrine} blob:`,
    "style-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types vitrine',
  ].join('; ');
}

/** The file a URL path names inside `root`, or null: bad escapes, dot files and ways out name nothing. */
export async function locateFile(root, path) {
  let name;
  try {
    name = decodeURIComponent(path);
  } catch {
    return null;
  }
  if (!name.startsWith('/') || /[\0\\]|\/\.|\/\//.test(name)) return null;
  const wanted = join(root, name.endsWith('/') ? `${name}index.html` : name);
  try {
    const file = await realpath(wanted);
    if (!file.startsWith(root + sep) || !Object.hasOwn(TYPES, extname(file))) return null;
    const info = await stat(file);
    return info.isFile() ? { file, size: info.size } : null;
  } catch {
    return null;
  }
}

function cacheFor(path, type) {
  if (type.startsWith('text/html') || type.startsWith('application/json')) return 'no-cache';
  return HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'public, max-age=3600';
}

function commonHeaders(type) {
  return {
    'Content-Type': type,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'strict-origin-when-cross-origin',
  };
}

function sendText(response, status, text) {
  response.writeHead(status, { ...commonHeaders('text/plain; charset=utf-8'), 'Cache-Control': 'no-store' });
  response.end(`${text}\n`);
}

async function sendPage(request, response, { file, status, vitrine, site, invite, routes }) {
  const nonce = randomBytes(18).toString('base64');
  const filled = { __VITRINE__: vitrine, __SITE__: site, __INVITE__: invite ? 'on' : '', __NONCE__: nonce, __ACCOUNT__: routes.has('/account/token') ? 'yes' : '' };
  const text = (await readFile(file, 'utf8')).replace(/__(?:VITRINE|SITE|INVITE|NONCE|ACCOUNT)__/g, (name) => escapeHtml(filled[name]));
  response.writeHead(status, {
    ...commonHeaders(TYPES['.html']),
    'Cache-Control': 'no-cache',
    'Content-Length': Buffer.byteLength(text),
    'Content-Security-Policy': contentPolicy(vitrine, nonce),
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

function sendFile(request, response, { file, size, path }) {
  const type = TYPES[extname(file)];
  response.writeHead(200, { ...commonHeaders(type), 'Cache-Control': cacheFor(path, type), 'Content-Length': size });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  pipeline(createReadStream(file), response, () => {});
}

async function handleRequest(settings, request, response) {
  const own = request.method === 'POST' && settings.routes.get(request.url);
  if (own) return own(request, response);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return sendText(response, 405, 'Only GET and HEAD are answered here.');
  }
  if (request.url.length > MAX_URL) return sendText(response, 414, 'This address is too long.');
  const [path] = request.url.split('?');
  const found = await locateFile(settings.root, path);
  if (!found) {
    const isPage = !(await locateFile(settings.root, `${path}/`));
    if (isPage) return sendPage(request, response, { ...settings, file: join(settings.root, '404.html'), status: 404 });
    response.writeHead(301, { Location: `${path}/${request.url.slice(path.length)}`, 'Cache-Control': 'no-cache' });
    return response.end();
  }
  if (extname(found.file) === '.html') return sendPage(request, response, { ...settings, file: found.file, status: 200 });
  return sendFile(request, response, { ...found, path });
}

/** Only an origin is taken: what is written into the policy must not be able to add to it. */
export function readOrigin(text) {
  let url = null;
  try {
    url = new URL(text);
  } catch {
    /* Said below, with what was expected. */
  }
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash || url.pathname !== '/') {
    throw new Error(`--vitrine "${text}" is not an address like https://help.shop.example`);
  }
  return url.origin;
}

/** A server that is not listening yet. */
export function createShopServer({ root = DEFAULT_OUT, vitrine, site, invite = false, identityKey, merchantSecret, apiToken }) {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(site)) throw new Error(`--site "${site}" is not a public key`);
  const origin = readOrigin(vitrine);
  const settings = { root: realpathSync(root), vitrine: origin, site, invite, routes: merchantRoutes({ identityKey, merchantSecret, apiToken, vitrine: origin, site }) };
  const server = createServer((request, response) => {
    handleRequest(settings, request, response).catch((error) => {
      process.stderr.write(`shop: ${request.method} ${error.code ?? error.name}\n`);
      if (!response.headersSent) sendText(response, 500, 'This page could not be read.');
      else response.destroy();
    });
  });
  server.requestTimeout = REQUEST_LIMIT_MS;
  server.headersTimeout = REQUEST_LIMIT_MS;
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

function readPort(text) {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) throw new Error(`--port "${text}" is not a port`);
  return Number(text);
}

function main() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8090' },
      host: { type: 'string', default: '127.0.0.1' },
      vitrine: { type: 'string', default: 'http://127.0.0.1:8080' },
      site: { type: 'string', default: 'pk_demo' },
      invite: { type: 'boolean', default: false },
      root: { type: 'string', default: DEFAULT_OUT },
    },
  });
  const server = createShopServer({
    ...values,
    root: resolve(values.root),
    identityKey: process.env.VITRINE_IDENTITY_KEY,
    merchantSecret: process.env.VITRINE_MERCHANT_SECRET,
    apiToken: process.env.VITRINE_API_TOKEN,
  });
  const stop = () => server.close(() => process.exit(0)) && server.closeIdleConnections?.();
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  server.on('error', (error) => {
    process.stderr.write(`shop: ${error.message}\n`);
    process.exit(1);
  });
  server.listen(readPort(values.port), values.host, () => {
    const host = values.host.includes(':') ? `[${values.host}]` : values.host;
    process.stdout.write(`shop http://${host}:${server.address().port}\n`);
  });
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    main();
  } catch (error) {
    process.stderr.write(`shop: ${error.message}\n`);
    process.exit(1);
  }
}
