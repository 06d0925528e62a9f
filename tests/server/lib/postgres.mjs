// SPDX-License-Identifier: Apache-2.0
/// A PostgreSQL server of one's own: a folder in the temporary directory, a socket in it, nobody else's cluster.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LIBRARY = '/usr/lib/postgresql';
const bin = () => {
  const versions = existsSync(LIBRARY) ? readdirSync(LIBRARY).filter((name) => Number(name) >= 15).sort((a, b) => b - a) : [];
  return versions.length ? join(LIBRARY, versions[0], 'bin') : undefined;
};

export const hasPostgres = () => bin() !== undefined;

/// PostgreSQL refuses to run as root; its package brings a user.
function person() {
  if (process.getuid() !== 0) return {};
  const id = (what) => Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

export class Postgres {
  /// `settings`: of postgresql.conf. What is committed is synced unless they say otherwise.
  constructor(settings = {}) {
    this.who = person();
    this.folder = mkdtempSync(join(tmpdir(), 'vitrine-pg-'));
    chmodSync(this.folder, 0o755); // the server's socket is in it
    if (this.who.uid !== undefined) chownSync(this.folder, this.who.uid, this.who.gid);
    this.data = join(this.folder, 'data');
    execFileSync(join(bin(), 'initdb'), ['-D', this.data, '-E', 'UTF8', '--locale=C', '--auth=trust', '-U', 'vitrine', '-N'], { ...this.who, cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'] });
    this.settings = { listen_addresses: '', unix_socket_directories: this.folder, max_connections: 200, ...settings };
    this.url = `postgresql:///postgres?host=${this.folder}&user=vitrine`;
  }

  async start() {
    const options = Object.entries(this.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    this.child = spawn(join(bin(), 'postgres'), ['-D', this.data, ...options], { ...this.who, cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'] });
    this.log = '';
    this.child.stderr.setEncoding('utf8').on('data', (text) => (this.log = (this.log + text).slice(-100000)));
    this.exited = once(this.child, 'exit');
    for (let i = 0; i < 300; i++) {
      try {
        execFileSync('psql', ['-Xqc', 'SELECT 1', this.url], { stdio: 'ignore' });
        return this;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    throw new Error(`PostgreSQL does not start:\n${this.log}`);
  }

  /// Every process of it, as a machine that stands still.
  freeze(signal) {
    const pids = readdirSync('/proc').filter((name) => {
      try {
        return /^\d+$/.test(name) && readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1].split(' ')[1] === String(this.child.pid);
      } catch {
        return false; // it has ended meanwhile
      }
    });
    for (const pid of [this.child.pid, ...pids.map(Number)]) process.kill(pid, signal);
  }

  /// 'SIGQUIT': at once, as a machine that loses power; 'SIGINT': in order, whoever is connected.
  async end(signal = 'SIGINT') {
    if (!this.child) return;
    this.child.kill(signal);
    await this.exited;
    this.child = null;
  }

  async remove() {
    await this.end('SIGQUIT');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
