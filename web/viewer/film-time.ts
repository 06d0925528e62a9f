// SPDX-License-Identifier: Apache-2.0

/// Where a film that everybody sees is, and how one player gets there.

export interface Played { t: number; rate: number; paused: boolean; at: number }

/// The place in seconds at server time `now`; a film that is over stands at its end.
export const placeOf = ({ t, rate, paused, at }: Played, now: number, seconds: number): number =>
  Math.max(0, Math.min(seconds, paused ? t : t + ((now - at) / 1000) * rate));

const FAR = 0.25;
const NEAR = 0.06;
const THERE = 0.02;
const NUDGE = 0.05;
const CHASE = 0.25; // where one cannot seek

/// What to do about being `drift` seconds ahead (behind: negative): the speed to play at, undefined to seek. Once it corrects it
/// goes on (`was`: the last answer) until it is there.
export function speedOf(drift: number, rate: number, was: number | undefined, canSeek: boolean): number | undefined {
  const far = Math.abs(drift);
  const correcting = was !== undefined && was !== rate;
  if (far > FAR) return canSeek ? undefined : rate * (1 - Math.sign(drift) * CHASE);
  return far > (correcting ? THERE : NEAR) ? rate * (1 - Math.sign(drift) * NUDGE) : rate;
}
