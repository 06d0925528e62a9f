// SPDX-License-Identifier: Apache-2.0

/// Raw deflate on the page's own thread, in pieces short enough that nobody waits for one: see README.md for why not a worker.

const PIECE = 16_384;
/// Below this a delta is sent as it is.
const LEAST = 1024;

/// Lets input and drawing go first.
const pause = (): Promise<void> => new Promise((done) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    done();
  };
  port2.postMessage(0);
});

export async function pack(text: string): Promise<{ bytes: Uint8Array; isDeflated: boolean }> {
  const bytes = new TextEncoder().encode(text);
  let stream: CompressionStream | undefined;
  // Older browsers know other forms only.
  try { stream = bytes.length > LEAST ? new CompressionStream('deflate-raw') : undefined; } catch { /* as it is */ }
  if (!stream) return { bytes, isDeflated: false };
  const all = new Response(stream.readable).arrayBuffer();
  const writer = stream.writable.getWriter();
  for (let i = 0; i < bytes.length; i += PIECE) {
    void writer.write(bytes.subarray(i, i + PIECE));
    await writer.ready;
    await pause();
  }
  await writer.close();
  return { bytes: new Uint8Array(await all), isDeflated: true };
}
