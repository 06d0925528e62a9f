// SPDX-License-Identifier: Apache-2.0

export type Entry = [file: string, integrity: string];

declare const __CHUNKS__: Record<string, Entry>;

interface Policy { createScriptURL(url: string): string }
interface Factory { createPolicy(name: string, rules: Policy): Policy }

const loading: Record<string, Promise<unknown>> = {};
const arrived: Record<string, (what: unknown) => void> = {};
let policy: Policy | undefined;

/// Loads one of our own chunks, once: by script element, so that the page's nonce and SRI hold, under a Trusted Types policy
/// that accepts nothing but our base address. Resolves with what the chunk registers; a failure may be tried again.
/// A chunk that loads a further one holds that one's `entry` itself, so the loader's table stays short.
export function load(name: string, base: string, nonce: string, entry = __CHUNKS__[name]!): Promise<unknown> {
  return (loading[name] ??= new Promise((done, fail) => {
    const rules: Policy = {
      createScriptURL: (url) => {
        if (!url.startsWith(base)) throw url;
        return url;
      },
    };
    const [file, integrity] = entry;
    policy ??= (window as { trustedTypes?: Factory }).trustedTypes?.createPolicy('vitrine', rules) ?? rules;
    const script = Object.assign(document.createElement('script'), { src: policy.createScriptURL(base + file), integrity, nonce, crossOrigin: '', onerror: fail });
    arrived[name] = done;
    document.head.append(script);
    script.remove();
  }).catch((e: unknown) => {
    delete loading[name];
    throw e;
  }));
}

export const register = (name: string, what: unknown): void => arrived[name]?.(what);
