import { expect, it } from 'vitest';
import { bundleSource } from '../../dev/build/bundle-plugin.ts';

it('loads nothing by import(), which a single executable does not have', async () => {
  const text = Buffer.from((await bundleSource()).contents).toString();
  expect(text.split('\n').filter((line) => /(?<![\w.])import\(/.test(line))).toEqual([]);
});
