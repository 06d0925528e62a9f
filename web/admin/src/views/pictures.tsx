// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import { say } from '../../../ui/say.js';
import { get, post, type Me } from '../api.js';
import { ago, count } from '../lib/words.js';
import { Act, Section, Show, useLoad } from './parts.js';
import { Settings } from './save.js';
import { Texts } from './setting.js';

interface Failing { sku: string; picture: string; why: string; tries: number; next?: number }
interface Report { there: number; wanted: number; failed: number; pictures: Failing[] }

function Progress({ of, again, admin }: { of: Report; again: () => Promise<void>; admin: boolean }): JSX.Element {
  const all = of.there + of.wanted + of.failed;
  const retry = async (): Promise<void> => {
    const { retried } = await post<{ retried: number }>('/pictures/retry');
    say(`${count(retried, 'picture')} tried again.`);
    await again();
  };
  if (all === 0) return <p class="quiet">The catalogue names no pictures by address.</p>;
  return (
    <>
      <dl class="figures">
        <div><dt>Here</dt><dd>{of.there}</dd></div>
        <div><dt>On their way</dt><dd>{of.wanted}</dd></div>
        <div><dt>Given up</dt><dd>{of.failed}</dd></div>
      </dl>
      <progress max={all} value={of.there} aria-label={`${of.there} of ${all} pictures are here`} />
      <div class="row"><Act label="Look again" run={again} />{admin && of.pictures.length > 0 && <Act label="Try the failing ones now" run={retry} />}</div>
      {of.pictures.length > 0 && (
        <table class="table">
          <caption class="vt-unseen">Pictures that fail</caption>
          <thead><tr><th scope="col">Product</th><th scope="col">Picture</th><th scope="col">Why</th><th scope="col">Next try</th></tr></thead>
          <tbody>
            {of.pictures.map((one) => (
              <tr key={`${one.sku} ${one.picture}`}>
                <th scope="row">{one.sku}</th>
                <td data-label="Picture" class="break">{one.picture}</td>
                <td data-label="Why">{one.why}</td>
                <td data-label="Next try">{one.next === undefined ? `given up after ${one.tries}` : ago(one.next)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

export function Pictures({ me }: { me: Me }): JSX.Element {
  const [state, again] = useLoad(() => get<Report>('/pictures?limit=100'));
  return (
    <>
      <p class="quiet">Pictures a catalogue names by address are fetched once, checked, and kept.</p>
      <Section title="Fetching"><Show of={state} again={again}>{(report) => <Progress of={report} again={again} admin={me.role === 'admin'} />}</Show></Section>
      <Section title="Where pictures come from">
        <Settings me={me}>
          {() => <Texts at="/settings/imageHosts" label="Hosts" one="Host" add="Add a host" placeholder="img.shop.example" empty="The shop's own addresses only." hint="Only these are asked, by https. With none here, the shop's own addresses." />}
        </Settings>
      </Section>
    </>
  );
}
