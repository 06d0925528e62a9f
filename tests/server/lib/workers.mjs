// SPDX-License-Identifier: Apache-2.0
/// The processes that make pictures and films: children of the child of the server.

import { readdirSync, readFileSync } from 'node:fs';

export function workers(server) {
  const parents = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      parents.set(Number(pid), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch { /* gone meanwhile */ }
  }
  const childrenOf = (pid) => [...parents].filter(([, parent]) => parent === pid).map(([child]) => child);
  return childrenOf(server.child.pid).flatMap(childrenOf);
}

/// One of them may have ended by itself since it was looked for.
export function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

export const killWorkers = (server) => workers(server).forEach(kill);
