import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { METRICS } from '../../src/keymgmt/metric-definitions.ts';

it('docs/api.md lists every metric with its type and its labels, and no other', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/api.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `((?:keymgmt|process|nodejs)_\w+)` +\| (\w+) +\| ([^|]+?) +\| (.+?) +\|$/gm)];
  const listed = rows.map(([, name, type, labels = '', help]) => ({
    ...{ name, type, help },
    labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label),
  }));
  const defined = Object.entries(METRICS).map(([name, { type, labels, help }]) => ({
    ...{ name, type, help: help.replace(/\.$/, '') },
    labels: [...labels],
  }));
  expect(listed).toEqual(defined);
});
