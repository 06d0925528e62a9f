// SPDX-License-Identifier: Apache-2.0

/// The bytes of a text on the wire.
export const size = (text: string): number => new Blob([text]).size;
