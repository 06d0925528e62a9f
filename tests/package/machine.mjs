// SPDX-License-Identifier: Apache-2.0
/// A clean Debian 12 that boots: debootstrap's smallest, systemd as its first process, in a container of systemd-nspawn that shares
/// this machine's network. What debootstrap made is kept in build/; every run boots a fresh copy.

import { execFile, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const NAME = 'vitrine-try';
const WITH = 'systemd,systemd-sysv,dbus,nginx,openssl,ca-certificates,curl';
const BOOT_MS = 60_000;

/// The folder of a Debian nobody has touched.
function cleanDebian(folder) {
  const base = join(folder, 'debian');
  if (existsSync(base)) return base;
  console.log('making a clean Debian 12 under build/try (two minutes, once)');
  rmSync(`${base}.part`, { recursive: true, force: true });
  execFileSync('debootstrap', ['--variant=minbase', `--include=${WITH}`, 'bookworm', `${base}.part`], { stdio: ['ignore', 'ignore', 'inherit'] });
  renameSync(`${base}.part`, base);
  return base;
}

/// How this machine's apt comes by its packages, where it had to be told.
function sharePackages(root) {
  const from = '/etc/apt/apt.conf.d';
  for (const file of existsSync(from) ? readdirSync(from) : []) {
    if (/^\s*Acquire::/im.test(readFileSync(join(from, file), 'utf8'))) cpSync(join(from, file), join(root, from, file));
  }
}

export class Machine {
  constructor(folder) {
    this.root = join(folder, 'root');
  }

  static async boot(folder) {
    mkdirSync(folder, { recursive: true });
    const base = cleanDebian(folder);
    const machine = new Machine(folder);
    rmSync(machine.root, { recursive: true, force: true });
    execFileSync('cp', ['-a', '--reflink=auto', base, machine.root]);
    sharePackages(machine.root);
    machine.nspawn = spawn('systemd-nspawn', ['-q', '-D', machine.root, '--machine', NAME, '--register=no', '--keep-unit', '--boot'], { stdio: 'ignore' });
    await machine.#booted();
    return machine;
  }

  async #booted() {
    for (const end = Date.now() + BOOT_MS; Date.now() < end; await sleep(200)) {
      if (this.nspawn.exitCode !== null) throw new Error('systemd-nspawn ended at once: is this machine allowed to make containers, and systemd-container installed?');
      const child = readFileSync(`/proc/${this.nspawn.pid}/task/${this.nspawn.pid}/children`, 'utf8').trim().split(' ')[0];
      if (!child) continue;
      this.init = child;
      const { stdout } = await this.try('systemctl is-system-running');
      if (/running|degraded/.test(stdout)) return;
    }
    throw new Error(`it did not boot within ${BOOT_MS / 1000} s`);
  }

  /// Runs a line of shell inside, as root. Resolves { status, stdout, stderr }.
  try(line, input = '') {
    const words = ['-t', this.init, '-a', 'env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'DEBIAN_FRONTEND=noninteractive', 'sh', '-c', line];
    return new Promise((resolve) => {
      const child = execFile('nsenter', words, { maxBuffer: 1 << 26 }, (error, stdout, stderr) => resolve({ status: error ? (error.code ?? -1) : 0, stdout, stderr }));
      child.stdin.on('error', () => {}); // it may end without reading
      child.stdin.end(input);
    });
  }

  /// The same; throws when it fails. Resolves what it printed.
  async run(line, input) {
    const { status, stdout, stderr } = await this.try(line, input);
    if (status !== 0) throw new Error(`${line}: ${status}\n${stdout.slice(-4000)}${stderr.slice(-4000)}`);
    return stdout;
  }

  put(file, text) {
    writeFileSync(join(this.root, file), text);
  }

  take(from, to) {
    cpSync(from, join(this.root, to), { recursive: true });
  }

  async stop() {
    if (this.init) await this.try('systemctl --no-block poweroff');
    for (let i = 0; i < 100 && this.nspawn.exitCode === null; i++) await sleep(100);
    this.nspawn.kill('SIGKILL');
    rmSync(this.root, { recursive: true, force: true });
  }
}
