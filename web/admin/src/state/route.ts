// SPDX-License-Identifier: Apache-2.0

import { signal } from '@preact/signals';
import type { Role } from '../api.js';

/// The pages, who may open them, and which page a setting is on. The address is "#/theme"; a link to a page can be kept.

export interface Page { id: string; title: string; group: string; who: Role; edits?: readonly string[] }

export const pages: readonly Page[] = [
  { id: 'people', title: 'People', group: 'Team', who: 'supervisor' },
  { id: 'account', title: 'My account', group: 'Team', who: 'associate' },
  { id: 'site', title: 'Site', group: 'Shop', who: 'supervisor', edits: ['/name', '/origins', '/settings/imageHosts', '/settings/pushHosts', '/settings/identify', '/settings/requireTotp', '/settings/attention'] },
  { id: 'hours', title: 'Queues and hours', group: 'Shop', who: 'supervisor', edits: ['/settings/queues', '/settings/cap', '/settings/ring', '/settings/sticky'] },
  { id: 'notices', title: 'Notices', group: 'Shop', who: 'supervisor', edits: ['/settings/notices', '/settings/greeting'] },
  { id: 'helper', title: 'Helper', group: 'Shop', who: 'supervisor', edits: ['/settings/helper'] },
  { id: 'invitations', title: 'Invitations', group: 'Shop', who: 'supervisor', edits: ['/settings/invitations', '/settings/watch'] },
  { id: 'canned', title: 'Canned replies', group: 'Shop', who: 'supervisor', edits: ['/settings/canned'] },
  { id: 'labels', title: 'Labels', group: 'Shop', who: 'supervisor', edits: ['/settings/labels'] },
  { id: 'sharing', title: 'Sharing pages', group: 'Shop', who: 'supervisor', edits: ['/settings/mirror', '/settings/mask'] },
  { id: 'orders', title: 'Orders', group: 'Shop', who: 'supervisor', edits: ['/settings/orders'] },
  { id: 'theme', title: 'Theme', group: 'Shop', who: 'supervisor', edits: ['/settings/theme'] },
  { id: 'reports', title: 'Reports', group: 'Running it', who: 'supervisor' },
  { id: 'catalogue', title: 'Catalogue', group: 'Running it', who: 'supervisor' },
  { id: 'pages', title: 'Your pages', group: 'Running it', who: 'supervisor' },
  { id: 'pictures', title: 'Pictures', group: 'Running it', who: 'supervisor' },
  { id: 'webhooks', title: 'Webhooks', group: 'Running it', who: 'admin' },
  { id: 'mail', title: 'Mail', group: 'Running it', who: 'admin' },
  { id: 'privacy', title: 'Privacy', group: 'Running it', who: 'supervisor', edits: ['/settings/retention', '/settings/recap', '/settings/rating'] },
  { id: 'audit', title: 'Audit log', group: 'Running it', who: 'admin' },
];

const rank: Record<Role, number> = { associate: 0, supervisor: 1, admin: 2 };
export const may = (role: Role, page: Page): boolean => rank[role] >= rank[page.who];
export const pagesOf = (role: Role): Page[] => pages.filter((page) => may(role, page));

const fromHash = (): string => /^#\/([a-z]+)$/.exec(location.hash)?.[1] ?? '';

export const route = signal('');

export function followAddress(): void {
  route.value = fromHash();
  window.addEventListener('hashchange', () => { route.value = fromHash(); });
}

export function go(id: string): void {
  if (id !== route.peek()) location.hash = `#/${id}`;
  route.value = id;
}

/// The page of a setting by its pointer, or "" where none has it.
export const pageOf = (pointer: string): string => pages.find((page) => page.edits?.some((p) => pointer === p || pointer.startsWith(`${p}/`)))?.id ?? 'site';
