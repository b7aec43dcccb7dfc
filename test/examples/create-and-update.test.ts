import { expect, it } from 'vitest';
import { createBackend, definePath, fields, genericName, type OperationHandler } from '../../src/framework/index.ts';
import { mountInMemory } from '../../src/logical/index.ts';

const noteFields = { name: fields.string(), text: fields.string() };
const writeNote: OperationHandler<typeof noteFields> = async ({ data, storage, signal }) => {
  await storage.put({ key: `note/${data.get('name')}`, value: Buffer.from(data.get('text')) }, signal);
};
const notePath = definePath({
  pattern: `note/${genericName('name')}`,
  fields: noteFields,
  existenceCheck: async ({ data, storage, signal }) =>
    (await storage.get(`note/${data.get('name')}`, signal)) !== undefined,
  operations: {
    create: writeNote,
    update: async (context) => {
      await writeNote(context);
      return { warnings: ['there was a note of that name: it is replaced'] };
    },
  },
  help: { synopsis: 'Write a note.' },
});

it('creates, and then updates', async () => {
  const mount = await mountInMemory(() => createBackend({ help: 'Keeps notes.', paths: [notePath] }));
  expect(await mount.write('note/a', { text: 'first' })).toBeUndefined();
  const replaced = { warnings: ['there was a note of that name: it is replaced'] };
  expect(await mount.write('note/a', { text: 'second' })).toEqual(replaced);
  expect(await mount.write('note/b', { text: 'first' })).toBeUndefined();
});
