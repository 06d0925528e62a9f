// SPDX-License-Identifier: Apache-2.0
/// A line chart as SVG: { lines: [{ name, points: [[x, y], …] }], x, y: what the axes are }.

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [720, 420, 64, 48, 20, 130];
const COLOURS = ['#1769e0', '#c2410c', '#0f766e', '#7c3aed'];

/// Round steps: 1, 2 or 5 times a power of ten, about five of them.
function ticks(most) {
  const rough = most / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((n) => n * power >= rough) * power;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

export function plot({ lines, x, y }) {
  const all = lines.flatMap(({ points }) => points);
  const [mostX, mostY] = [0, 1].map((i) => Math.max(...all.map((point) => point[i])) * 1.05);
  const at = ([px, py]) => [LEFT + (px / mostX) * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - (py / mostY) * (HEIGHT - TOP - BOTTOM)].map((n) => n.toFixed(1));
  const text = (px, py, words, anchor = 'middle') => `<text x="${px}" y="${py}" text-anchor="${anchor}">${words}</text>`;
  const grid = [
    ...ticks(mostX).map((n) => { const [px] = at([n, 0]); return `<path d="M${px} ${TOP}V${HEIGHT - BOTTOM}"/>${text(px, HEIGHT - BOTTOM + 18, n.toLocaleString('en'))}`; }),
    ...ticks(mostY).map((n) => { const [, py] = at([0, n]); return `<path d="M${LEFT} ${py}H${WIDTH - RIGHT}"/>${text(LEFT - 8, Number(py) + 4, n, 'end')}`; }),
  ];
  const drawn = lines.map(({ name, points }, i) => {
    const path = points.map((point, k) => `${k ? 'L' : 'M'}${at(point).join(' ')}`).join('');
    const dots = points.map((point) => { const [px, py] = at(point); return `<circle cx="${px}" cy="${py}" r="3.5" fill="${COLOURS[i]}"/>`; }).join('');
    const [px, py] = at(points.at(-1));
    return `<path d="${path}" fill="none" stroke="${COLOURS[i]}" stroke-width="2"/>${dots}<text x="${Number(px) + 10}" y="${Number(py) + 4}" fill="${COLOURS[i]}">${name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<g stroke="#e5e7eb" fill="#374151">${grid.join('\n').replaceAll('<text', '<text stroke="none"')}</g>
${drawn.join('\n')}
${text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, x)}
<text transform="rotate(-90)" x="${-(HEIGHT - BOTTOM + TOP) / 2}" y="16" text-anchor="middle">${y}</text>
</svg>
`;
}
