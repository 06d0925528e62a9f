// SPDX-License-Identifier: Apache-2.0

/// The bytes of a text on the wire. Not by a Blob, which is registered with the browser's process: milliseconds on a phone.
export const size = (text: string): number => new TextEncoder().encode(text).length;
