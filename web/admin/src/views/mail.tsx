// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import { say } from '../../../ui/say.js';
import { get, post } from '../api.js';
import { ago, count, when } from '../lib/words.js';
import { Act, Empty, Show, useLoad } from './parts.js';

interface Mail { id: string; to: string; state: 'waiting' | 'sent' | 'dead'; why?: string; tries: number; created: number; next?: number }
interface Report { setUp: boolean; mails: Mail[] }

const words: Record<Mail['state'], string> = { waiting: 'Waiting', sent: 'Sent', dead: 'Given up' };

function List({ of: { setUp, mails }, again }: { of: Report; again: () => Promise<void> }): JSX.Element {
  const troubled = mails.some((one) => one.why !== undefined && one.state !== 'sent');
  const retry = async (): Promise<void> => {
    const { retried } = await post<{ retried: number }>('/mails/retry');
    say(`${count(retried, 'mail')} tried again.`);
    await again();
  };
  return (
    <>
      {setUp
        ? <p class="good">Mail is set up.</p>
        : <p class="note">Mail is not set up: nothing is sent, and customers are not asked for an address. Whoever runs the server sets <code>--mail-url</code> and <code>--mail-from</code>.</p>}
      <div class="row"><Act label="Look again" run={again} />{troubled && <Act label="Try the failing ones now" run={retry} />}</div>
      {mails.length === 0 ? <Empty title="No mail in the last days"><p>What is sent to customers and staff stands here, with what became of it.</p></Empty> : (
        <table class="table">
          <thead><tr><th scope="col">To</th><th scope="col">Written</th><th scope="col">State</th><th scope="col">Why</th></tr></thead>
          <tbody>
            {mails.map((one) => (
              <tr key={one.id}>
                <th scope="row" class="break">{one.to}</th>
                <td data-label="Written">{when(one.created)}</td>
                <td data-label="State">{words[one.state]}</td>
                <td data-label="Why" class="break">{one.why ?? '–'}{one.state === 'waiting' && one.next !== undefined && <span class="under">{count(one.tries, 'try', 'tries')}, next {ago(one.next)}</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

export function MailPage(): JSX.Element {
  const [state, again] = useLoad(() => get<Report>('/mails?limit=100'));
  return <Show of={state} again={again}>{(report) => <List of={report} again={again} />}</Show>;
}
