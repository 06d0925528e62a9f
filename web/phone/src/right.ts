// SPDX-License-Identifier: Apache-2.0

/// The right to send: the code's secret comes in the fragment, is traded for this phone's key, and is out of the address
/// before anything else happens. A reload of the page goes on with the key; it ends with the tab.

export interface Right {
  key: string;
  site: string;
  until: number;
  left: number;
}

export type Refusal = 'none' | 'expired' | 'used' | 'offline';

const PLACE = 'vitrine-phone';

export function keep(right: Right): void {
  try { sessionStorage.setItem(PLACE, JSON.stringify(right)); } catch { /* without it a reload needs a new code */ }
}

function kept(): Right | null {
  try {
    const right = JSON.parse(sessionStorage.getItem(PLACE) ?? 'null') as Right | null;
    return right && right.until > Date.now() ? right : null;
  } catch { return null; }
}

let secret = location.hash.slice(1);
if (secret) history.replaceState(null, '', location.pathname);

export async function open(): Promise<Right | Refusal> {
  if (!secret) return kept() ?? 'none';
  let answer: Response;
  try {
    answer = await fetch('/u/phone', { method: 'POST', headers: { Authorization: `Bearer ${secret}` }, cache: 'no-store' });
  } catch { return 'offline'; }
  if (!answer.ok && answer.status !== 403 && answer.status !== 409) return 'offline';
  secret = '';
  if (!answer.ok) return answer.status === 409 ? 'used' : 'expired';
  const { key, site, left, seconds } = await answer.json() as { key: string; site: string; left: number; seconds: number };
  const right = { key, site, left, until: Date.now() + seconds * 1000 };
  keep(right);
  return right;
}
