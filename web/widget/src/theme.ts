// SPDX-License-Identifier: Apache-2.0
import type { Theme } from '../../protocol/index.js';

/// The site's look as its settings have it. What the page has said itself, by CSS custom properties, wins.
export function wearTheme(host: HTMLElement, theme: Theme | undefined): void {
  if (!theme || host.dataset['worn'] !== undefined) return;
  host.dataset['worn'] = '';
  const { accent, onAccent, radius, font } = theme;
  const page = getComputedStyle(host);
  const isTheirs = page.getPropertyValue('--vitrine-accent') !== ''; // then the words on it are theirs as well
  for (const [name, value] of Object.entries({ accent, 'on-accent': isTheirs ? undefined : onAccent, radius: radius === undefined ? undefined : `${radius}px`, font })) {
    if (value && !page.getPropertyValue(`--vitrine-${name}`)) host.style.setProperty(`--vitrine-${name}`, value);
  }
}
