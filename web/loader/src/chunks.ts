// SPDX-License-Identifier: Apache-2.0

export type Entry = [file: string, integrity: string];

declare const __CHUNKS__: Record<string, Entry>;

interface Policy { createScriptURL(url: string): string }
interface Factory { createPolicy(name: string, rules: Policy): Policy }

const loading: Record<string, Promise<unknown>> = {};
const arrived: Record<string, (what: unknown) => void> = {};
let policy: Policy | undefined;

/// Loads one of our own chunks, once: by script element, so that the page's nonce and SRI hold, under a Trusted Types policy
/// that accepts nothing but our base address. Resolves with what the chunk registers; what did not come may be asked for again.
/// A chunk that loads a further one holds that one's `entry` itself, so the loader's table stays short.
export function load(name: string, base: string, nonce: string, [file, integrity] = __CHUNKS__[name]!): Promise<unknown> {
  return (loading[name] ??= new Promise((done, fail) => {
    const rules: Policy = {
      createScriptURL: (url) => {
        if (!url.startsWith(base)) throw url;
        return url;
      },
    };
    policy ??= (window as { trustedTypes?: Factory }).trustedTypes?.createPolicy('vitrine', rules) ?? rules;
    const script = Object.assign(document.createElement('script'), { src: policy.createScriptURL(base + file), integrity, nonce, crossOrigin: '', onerror: (e: unknown) => { delete loading[name]; fail(e); } });
    arrived[name] = done;
    document.head.append(script);
    script.remove();
  }));
}

export const register = (name: string, what: unknown): void => arrived[name]?.(what);
