import { expect, it } from 'vitest';
import { helloFactory } from '../../examples/hello-plugin/hello.ts';
import { inMemoryStorage, mountInMemory } from '../../src/logical/index.ts';

it('keeps a greeting', async () => {
  const storage = inMemoryStorage();
  const mount = await mountInMemory(helloFactory, { storage });
  await mount.write('greeting/ada', { text: 'Good morning' });
  expect(storage.keys()).toEqual(['greeting/ada']);
  expect(await mount.request('read', 'greeting/ada')).toEqual({ data: { text: 'Good morning' } });
});

it('refuses a greeting without words', async () => {
  const storage = inMemoryStorage();
  const mount = await mountInMemory(helloFactory, { storage });
  expect(await mount.write('greeting/ada')).toEqual({
    data: { error: 'text is missing: give the words of the greeting' },
  });
  expect(storage.keys()).toEqual([]);
});
