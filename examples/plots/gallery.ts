/**
 * Draws every kind of chart, light and dark, and writes the page that shows them.
 *   npx tsx examples/plots/gallery.ts
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { charts } from './charts.ts';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
await mkdir(`${docs}plots`, { recursive: true });
for (const { name, draw } of charts) {
  const plot = draw();
  await plot.save(`${docs}plots/${name}.svg`);
  await plot.save(`${docs}plots/${name}-dark.svg`, { theme: 'dark' });
  console.log(name);
}
const page = charts.map(({ name, about }) =>
  [
    `## ${name}`,
    '',
    about,
    '',
    '<picture>',
    `  <source media="(prefers-color-scheme: dark)" srcset="plots/${name}-dark.svg">`,
    `  <img alt="${name}: ${about}" src="plots/${name}.svg">`,
    '</picture>',
    '',
  ].join('\n'),
);
const head = `# Charts

Every kind of chart that \`fathom/plot\` draws, on real data. The code of each is in
[examples/plots/charts.ts](../examples/plots/charts.ts); \`npx tsx examples/plots/gallery.ts\` draws them again.
`;
await writeFile(`${docs}plots.md`, [head, ...page].join('\n'));
