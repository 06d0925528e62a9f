// SPDX-License-Identifier: Apache-2.0
/// The same relay on socket.io, as its manual has it: a room for a group, WebSocket from the first byte.

import { createServer } from 'node:http';

import { Server } from 'socket.io';

const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false, perMessageDeflate: false });

io.on('connection', (socket) => {
  let room = null;
  socket.on('join', (number) => {
    room = `r${number}`;
    socket.join(room);
  });
  socket.on('m', (bytes) => socket.to(room).emit('m', bytes));
});
http.listen({ host: '127.0.0.1', port: 0, backlog: 1024 }, () => console.log(`listening http://127.0.0.1:${http.address().port}`));
process.on('SIGTERM', () => process.exit(0));
