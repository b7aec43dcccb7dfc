import { expect, it } from 'vitest';
import { helloFactory } from '../../examples/hello-plugin/hello.ts';
import { inMemoryStorage, mountInMemory } from '../../src/logical/index.ts';

it('keeps a greeting and greets with it', async () => {
  const storage = inMemoryStorage();
  const mount = await mountInMemory(helloFactory, { storage });
  await mount.write('greeting/ada', { text: 'Good morning' });
  expect(storage.keys()).toEqual(['greeting/ada']);
  expect(await mount.request('read', 'hello/ada', { times: '2' })).toEqual({
    data: { message: 'Good morning, ada! Good morning, ada!' },
  });
});

it('refuses a greeting without words', async () => {
  const mount = await mountInMemory(helloFactory);
  expect(await mount.write('greeting/ada')).toEqual({
    data: { error: 'text is missing: give the words of the greeting' },
  });
});

it.each([
  { data: { times: '0' }, greets: false },
  { data: { times: 1 }, greets: true },
  { data: { times: '10' }, greets: true },
  { data: { times: 11 }, greets: false },
])('greets 1 to 10 times, $data.times being $greets', async ({ data, greets }) => {
  const mount = await mountInMemory(helloFactory);
  await mount.write('greeting/ada', { text: 'Hello' });
  const answer = await mount.request('read', 'hello/ada', data);
  expect(Object.keys(answer?.data ?? {})).toEqual([greets ? 'message' : 'error']);
});
