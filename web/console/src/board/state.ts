// SPDX-License-Identifier: Apache-2.0

import { computed, signal } from '@preact/signals';
import { staff } from '../state/presence.js';
import { rows } from '../state/queue.js';
import { floorOf } from './floor.js';

/// What covers the desk, if anything.
export type Over = 'floor' | 'reports';
export const over = signal<Over | null>(null);

export const floor = computed(() => floorOf(rows.value.values(), staff.value.values()));

/// Supervisors and admins have the floor and the reports.
export const leads = (role: string): boolean => role === 'supervisor' || role === 'admin';
