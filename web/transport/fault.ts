// SPDX-License-Identifier: Apache-2.0
import type { WireError } from '../protocol/index.js';

/// A refusal: the server's error, or one of our own for what never left (`offline`, `too.large`, `overloaded`, `ended`).
export class Fault extends Error {
  override readonly name = 'Fault';

  constructor(
    readonly code: string,
    message = code,
    readonly retry = false,
    readonly after = 0,
    readonly field = '',
  ) {
    super(message);
  }

  static from(e: WireError): Fault {
    return new Fault(e.code, e.msg, e.retry, e.after ?? 0, e.field ?? '');
  }
}
