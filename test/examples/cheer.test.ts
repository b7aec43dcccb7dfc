import { expect, it } from 'vitest';
import { createBackend, definePath, fields, genericName } from '../../src/framework/index.ts';
import { mountInMemory, userError } from '../../src/logical/index.ts';

/** Cheers somebody: `vault read hello/cheer/ada times=2`. */
const cheerPath = definePath({
  pattern: `cheer/${genericName('name')}`,
  fields: {
    name: fields.string({ description: 'Name of the one who is cheered.' }),
    times: fields.int({ description: 'How often, 1 to 10.', default: 1, query: true }),
  },
  operations: {
    read: async ({ data }) => {
      const times = data.get('times');
      if (times < 1 || times > 10) throw userError('times is out of range: give 1 to 10');
      return { data: { cheer: `Hooray for ${data.get('name')}! `.repeat(times).trim() } };
    },
  },
  help: { synopsis: 'Cheer somebody.' },
});

it.each([
  { data: {}, cheer: 'Hooray for ada!' },
  { data: { times: '2' }, cheer: 'Hooray for ada! Hooray for ada!' },
  { data: { times: 10 }, cheer: Array<string>(10).fill('Hooray for ada!').join(' ') },
  { data: { times: '0' }, error: 'times is out of range: give 1 to 10' },
  { data: { times: 11 }, error: 'times is out of range: give 1 to 10' },
])('cheers as often as $data asks', async ({ data, ...answer }) => {
  const mount = await mountInMemory(() => createBackend({ help: 'Cheers.', paths: [cheerPath] }));
  expect(await mount.request('read', 'cheer/ada', data)).toEqual({ data: answer });
});
