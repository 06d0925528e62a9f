// SPDX-License-Identifier: Apache-2.0

/// The four mark colours, by their number on the wire. They are told apart without colour vision by their lightness, and each
/// is drawn on a halo, so that it shows on white gold as on onyx.
export const COLOURS = ['#d6246e', '#1769e0', '#ffb020', '#ffffff'] as const;
export const HALOS = ['#fff', '#fff', '#3a2600', '#222'] as const;

/// The customer has the first colour and everybody else the second, so who points and draws is seen without reading.
export const personIndex = (who: string): number => (who === 'c' ? 0 : who[0] === 'g' ? 2 : 1);
export const personColour = (who: string): string => COLOURS[personIndex(who)]!;
