// SPDX-License-Identifier: Apache-2.0
/// The other side of signed calls: a real HTTP server that checks each signature by node's own crypto, as the Standard Webhooks
/// specification says it, and answers as a test wants.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

/// Which of the secrets signed this call; [] for none.
export function signers({ headers, text }, secrets, now = Date.now() / 1000) {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  if (Math.abs(now - Number(timestamp)) > 300) return [];
  const given = String(headers['webhook-signature']).split(' ').map((one) => one.split(','));
  return secrets.filter((secret) => {
    const want = createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).update(`${id}.${timestamp}.${text}`).digest();
    return given.some(([version, mac]) => version === 'v1' && Buffer.from(mac, 'base64').length === want.length && timingSafeEqual(Buffer.from(mac, 'base64'), want));
  });
}

/// `answer(call)` gives a status, or { status, headers, body, endless } (`endless`: the body is said again and again, until the other hangs up);
/// 200 unless it says otherwise.
export async function receiver(later, answer = () => 200) {
  const calls = [];
  const at = { calls, answer };
  const server = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const text = Buffer.concat(pieces).toString();
    const call = { method: request.method, path: request.url, headers: request.headers, text, d: text ? JSON.parse(text) : undefined, at: Date.now() };
    calls.push(call);
    const said = await at.answer(call);
    const { status = 200, headers = {}, body = '', endless = false } = typeof said === 'number' ? { status: said } : (said ?? {});
    call.status = status;
    response.writeHead(status, headers);
    if (!endless) return response.end(body);
    const more = () => { while (!response.destroyed && response.write(body)); };
    response.on('drain', more);
    more();
  });
  server.keepAliveTimeout = 0; // a line that ends as it is used again would be a call that is made twice
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  at.port = server.address().port;
  at.url = `http://127.0.0.1:${at.port}/hook`;
  at.close = () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); });
  later(at.close);
  return at;
}
