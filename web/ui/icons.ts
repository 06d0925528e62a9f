// SPDX-License-Identifier: Apache-2.0

/// Icons as path data on a 24 px grid, to be stroked at 1.75 px with round ends. Draw them with `icon()` or, in a component,
/// as `<path d={send}>`.

export const move = 'M12 3v18M3 12h18M9.5 5.5 12 3l2.5 2.5M9.5 18.5 12 21l2.5-2.5M5.5 9.5 3 12l2.5 2.5M18.5 9.5 21 12l-2.5 2.5';
export const laser = 'M12 10a2 2 0 1 0 0 4a2 2 0 1 0 0-4M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.1 2.1M16.3 16.3l2.1 2.1M18.4 5.6l-2.1 2.1M7.7 16.3l-2.1 2.1';
export const pen = 'M4 20l1-4.5L16.2 4.3a2 2 0 0 1 2.8 0l.7.7a2 2 0 0 1 0 2.8L8.5 19zM14 6.5l3.5 3.5';
export const circle = 'M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16';
export const arrow = 'M5 19 19 5M10 5h9v9';
export const undo = 'M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-3';
export const eraser = 'M8.5 19 4 14.5 13.5 5l6 6-8 8zM8.5 9.5l6 6M8.5 19H20';
export const trash = 'M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13M10 11v5M14 11v5';
export const plus = 'M12 5v14M5 12h14';
export const minus = 'M5 12h14';
export const whole = 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5';
export const beside = 'M4 5h6.5v14H4zM13.5 5H20v14h-6.5z';
export const swap = 'M7 6 3.5 9.5 7 13M3.5 9.5H17M17 11l3.5 3.5L17 18M20.5 14.5H7';
export const ruler = 'M2.5 8h19v8h-19zM7 8v3.5M12 8v4.5M17 8v3.5';
export const left = 'M15 5l-7 7 7 7';
export const right = 'M9 5l7 7-7 7';
export const play = 'M8 5.5v13l10-6.5z';
export const pause = 'M9 6v12M15 6v12';
export const turn = 'M4 12c0-2 3.6-3.5 8-3.5s8 1.5 8 3.5-3.6 3.5-8 3.5h-1M13.5 12.5l-3 3 3 3';
export const down = 'M5 9l7 7 7-7';
export const close = 'M6 6l12 12M18 6 6 18';
export const check = 'M5 12.5l4.5 4.5L19 7.5';
export const checks = 'M2.5 12.5 7 17l9.5-9.5M12 16l1 1 9-9.5';
export const send = 'M4 12h15M13 5.5 19.5 12 13 18.5';
export const chat = 'M4 5.5h16v11H10.5L6 20.5v-4H4z';
export const picture = 'M4 5h16v14H4zM4 16l4.5-4.5 4 4L15.5 12.5 20 17M15.5 8.5h.01';
export const search = 'M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M15.5 15.5 20.5 20.5';
export const person = 'M12 4a4 4 0 1 0 0 8a4 4 0 1 0 0-8M4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6';
export const bag = 'M5.5 8h13l1 12.5h-15zM9 8V7a3 3 0 0 1 6 0v1';
export const eye = 'M2.5 12C5 7.5 8.2 5.5 12 5.5s7 2 9.5 6.5c-2.5 4.5-5.7 6.5-9.5 6.5s-7-2-9.5-6.5zM12 9.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5';
export const hourglass = 'M7 4h10M7 20h10M8 4c0 5 4 5.5 4 8s-4 3-4 8M16 4c0 5-4 5.5-4 8s4 3 4 8';
export const more = 'M5.5 12h.01M12 12h.01M18.5 12h.01';
export const note = 'M6 4h12v10l-5 6H6zM18 14h-5v6';
export const phone = 'M8 3h8a1.5 1.5 0 0 1 1.5 1.5v15A1.5 1.5 0 0 1 16 21H8a1.5 1.5 0 0 1-1.5-1.5v-15A1.5 1.5 0 0 1 8 3zM11 18h2';
export const camera = 'M4 8h3.5l1.5-2.5h6L16.5 8H20v11H4zM12 10a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7';
export const attach = 'M19 11.5l-7.2 7.2a4.4 4.4 0 0 1-6.2-6.2l7.6-7.6a2.9 2.9 0 0 1 4.1 4.1l-7.5 7.5a1.4 1.4 0 0 1-2-2l6.8-6.8';
export const floor = 'M4 4h7v9H4zM13 4h7v5h-7zM13 11h7v9h-7zM4 15h7v5H4z';
export const external = 'M10 5H5v14h14v-5M14 4h6v6M20 4l-9 9';
export const star = 'M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8z';
export const up = 'M5 15l7-7 7 7';
export const lock = 'M7 11V8a5 5 0 0 1 10 0v3M5.5 11h13v9h-13zM12 14.5v2';
export const press = 'M9 11V5.5a1.5 1.5 0 0 1 3 0V11l5.2 1.3a2 2 0 0 1 1.5 2.3l-.9 5.4H10.5l-4.3-5.3a1.6 1.6 0 0 1 2.3-2.2L9 13z';
export const field = 'M3.5 7.5h17v9h-17zM7 10v4M6 10h2M6 14h2';
