// SPDX-License-Identifier: Apache-2.0

/// WCAG 2.2 contrast of two colours as #rrggbb: the same sum the server makes before it accepts a theme.

export const NEEDED = 4.5;

export const isColour = (text: string): boolean => /^#[0-9a-f]{6}$/i.test(text);

function luminance(colour: string): number {
  const part = (at: number): number => {
    const v = parseInt(colour.slice(at, at + 2), 16) / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
}

export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

/// Rounded down: a figure that reads 4.5 must be enough.
export const figure = (ratio: number): string => (Math.floor(ratio * 100) / 100).toFixed(2);
