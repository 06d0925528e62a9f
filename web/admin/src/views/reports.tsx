// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import { Reports as Tables } from '../../../reports/index.js';
import { get } from '../api.js';
import { useLoad } from './parts.js';

interface House { queues: { id: string; name?: string }[] }

/// The same as in the console. Where the queues' names cannot be had, one reads all of them together.
export function Reports(): JSX.Element {
  const [house] = useLoad(() => get<House>('/desk'));
  return <Tables queues={house.at === 'there' ? house.value.queues.map(({ id, name }) => [id, name ?? id] as const) : []} />;
}
