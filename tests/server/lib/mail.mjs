// SPDX-License-Identifier: Apache-2.0
/// A real mail server with a mailbox, and Python's own reader of what arrived.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { top } from './protocol.mjs';

/// Debian's own Python, as the mail server is Debian's package. Resolves { port, box, stop(), mails() }, the oldest mail first.
export async function mailServer(later, { port = 0, args = [], box } = {}) {
  if (!box) {
    const folder = mkdtempSync(join(tmpdir(), 'vitrine-box-'));
    later(() => rmSync(folder, { recursive: true, force: true }));
    box = join(folder, 'box');
  }
  const child = spawn('/usr/bin/python3', [join(top, 'tests/server/lib/smtp.py'), box, String(port), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill();
    await once(child, 'exit');
  };
  later(stop);
  const line = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), once(child, 'exit').then(() => [said])]);
  const taken = Number(/^listening (\d+)$/.exec(line[0])?.[1]);
  assert.ok(taken, `the mail server did not start: ${line[0]}`);
  const fresh = join(box, 'new');
  // A Maildir's names are seconds.M<microseconds>P<process>…, without leading zeros: as text, mails of one second may change places.
  const came = (name) => { const [, seconds, micros] = /^(\d+)\.M(\d+)/.exec(name); return seconds * 1e6 + Number(micros); };
  const mails = () => (existsSync(fresh) ? readdirSync(fresh).sort((a, b) => came(a) - came(b)).map((name) => readFileSync(join(fresh, name), 'utf8')) : []);
  return { port: taken, url: `smtp://127.0.0.1:${taken}`, box, stop, mails };
}

/// What Python's reader of mail understood: { headers, defects, parts: [type, text or null, content id or null, bytes or null] }.
export function readMail(mail) {
  const program = `import base64, email, email.policy, json, sys
m = email.message_from_string(sys.stdin.read(), policy=email.policy.default)
def part(p):
    kind = p.get_content_maintype()
    return [p.get_content_type(), p.get_content() if kind == "text" else None, p["content-id"],
      base64.b64encode(p.get_content()).decode() if kind == "image" else None]
print(json.dumps({"headers": {k.lower(): str(v) for k, v in m.items()}, "defects": [str(d) for p in m.walk() for d in p.defects], "parts": [part(p) for p in m.walk()]}))`;
  return JSON.parse(execFileSync('/usr/bin/python3', ['-c', program], { input: mail, maxBuffer: 64 << 20 }).toString());
}
