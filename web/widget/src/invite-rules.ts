// SPDX-License-Identifier: Apache-2.0

/// Which invitation fits what a page knows of itself and of this visit. Pure: the chunk looks and shows, this decides.

/// As the server tells it (server/invitations.c); what is left out is not asked for.
export interface Rule {
  id: string;
  text: string;
  seconds?: number;
  siteSeconds?: number;
  url?: string[];
  types?: string[];
  pieces?: number;
  bag?: number;
  returning?: boolean;
}

export interface Facts {
  /// In sight, on this page and on the site.
  seconds: number;
  siteSeconds: number;
  url: string;
  /// The page's piece: its type and name; empty: none.
  type: string;
  piece: string;
  /// How many pieces were looked at.
  pieces: number;
  bag: number;
  returning: boolean;
}

/// What this browser keeps: `no` since when nothing may be asked, `day` and `n` how often something was answered that day.
export interface Kept { no?: number; day?: number; n?: number; first?: number }

const DAY_MS = 86_400_000;
const NO_DAYS = 30;
const VISIT_MS = 30 * 60_000;

const has = (text: string, words: string[] | undefined): boolean => {
  const all = text.toLowerCase();
  return !words || words.some((word) => all.includes(word.toLowerCase()));
};

export const fits = (r: Rule, f: Facts): boolean =>
  f.seconds >= (r.seconds ?? 0) && f.siteSeconds >= (r.siteSeconds ?? 0) && f.pieces >= (r.pieces ?? 0) && f.bag >= (r.bag ?? 0) && (!r.returning || f.returning) &&
  has(f.url, r.url) && (!r.types || (f.type !== '' && has(f.type, r.types))) && (!r.text.includes('{piece}') || f.piece !== '');

/// The first that fits, as it is said.
export function choose(rules: readonly Rule[], f: Facts): { id: string; text: string } | undefined {
  const rule = rules.find((r) => fits(r, f));
  return rule && { id: rule.id, text: rule.text.replaceAll('{piece}', () => f.piece) };
}

/// Whether anything may be asked at all.
export const may = (kept: Kept, perDay: number, now: number): boolean =>
  !(kept.no && now - kept.no < NO_DAYS * DAY_MS) && (kept.day !== Math.floor(now / DAY_MS) || (kept.n ?? 0) < perDay);

/// After an answer; `isNo`: "No thanks".
export function answered(kept: Kept, isNo: boolean, now: number): Kept {
  const day = Math.floor(now / DAY_MS);
  return { ...kept, day, n: kept.day === day ? (kept.n ?? 0) + 1 : 1, ...(isNo && { no: now }) };
}

export const returns = (kept: Kept, now: number): boolean => !!kept.first && now - kept.first > VISIT_MS;
