// SPDX-License-Identifier: Apache-2.0

/// What the address opens. Its secret is the fragment, which no server's log ever holds; it stays in the address, since
/// this is the customer's to come back to.

export interface Piece { title: string; picture?: string; film?: string; price?: string; currency?: string; url?: string }
export interface Line { kind: string; by?: string; text?: string; at: number }
export interface Recap {
  site: string;
  shop: string;
  accent?: string;
  onAccent?: string;
  lang?: string;
  reference: string;
  associate: string;
  at: number;
  until: number;
  pieces: Piece[];
  lines: Line[];
}
export type Refusal = 'none' | 'over' | 'offline';

export async function open(): Promise<Recap | Refusal> {
  const secret = location.hash.slice(1);
  if (!secret) return 'none';
  try {
    const answer = await fetch('/r/open', { method: 'POST', body: secret, cache: 'no-store' });
    if (answer.ok) return await answer.json() as Recap;
    if (answer.status === 404) return 'over';
    if (answer.status !== 403) return 'offline';
    return (await answer.json() as { type: string }).type === 'expired' ? 'over' : 'none';
  } catch { return 'offline'; }
}
