// SPDX-License-Identifier: Apache-2.0
/// The same relay as bare.c on `ws`: its first binary message is a socket's group, every later one goes to the others.

import { WebSocketServer } from 'ws';

const groups = new Map();
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false, backlog: 1024 });

function join(socket, number) {
  if (!groups.has(number)) groups.set(number, new Set());
  socket.group = groups.get(number).add(socket);
}

server.on('connection', (socket) => {
  socket.group = null;
  socket.on('message', (bytes, isBinary) => {
    if (!socket.group) join(socket, bytes.readUInt32LE(0));
    else for (const other of socket.group) if (other !== socket) other.send(bytes, { binary: isBinary });
  });
  socket.on('close', () => socket.group?.delete(socket));
  socket.on('error', () => {}); // the close follows
});
server.on('listening', () => console.log(`listening http://127.0.0.1:${server.address().port}`));
process.on('SIGTERM', () => process.exit(0));
