import { expect, it } from 'vitest';
import {
  createBackend,
  definePath,
  deleteWal,
  fields,
  genericName,
  listWal,
  putWal,
} from '../../src/framework/index.ts';
import { inMemoryStorage, mountInMemory, type BackendFactory } from '../../src/logical/index.ts';
import { systemClock } from '../../src/support/clock.ts';

interface Directory {
  add(account: string): Promise<void>;
  remove(account: string): Promise<void>;
}

/** Makes accounts in a directory outside; one that no record names is taken away again. */
function accountsFactory(directory: Directory): BackendFactory {
  const accountPath = definePath({
    pattern: `account/${genericName('name')}`,
    fields: { name: fields.string() },
    operations: {
      update: async ({ data, storage, signal }) => {
        const account = data.get('name');
        const intent = await putWal(storage, systemClock, 'account', { account }, signal);
        await directory.add(account);
        await storage.put({ key: `account/${account}`, value: Buffer.from('{}') }, signal);
        await deleteWal(storage, intent, signal);
      },
    },
    help: { synopsis: 'Make an account in the directory.' },
  });
  return ({ logger }) =>
    createBackend({
      help: 'Accounts in a directory.',
      paths: [accountPath],
      wal: {
        rollback: async ({ storage, signal }, _kind, intent) => {
          const { account } = intent as { account: string };
          if (!(await storage.get(`account/${account}`, signal))) await directory.remove(account);
        },
      },
      logger,
    });
}

it('takes away what an interrupted request has left', async () => {
  const accounts = new Set<string>();
  const directory: Directory = {
    add: async (account) => {
      accounts.add(account);
    },
    remove: async (account) => {
      accounts.delete(account);
    },
  };
  const storage = inMemoryStorage();
  const failing = { ...storage };
  const mount = await mountInMemory(accountsFactory(directory), { storage: failing });
  await mount.write('account/ada');
  expect(await listWal(storage)).toEqual([]);
  failing.put = async (entry) => {
    if (entry.key.startsWith('account/')) throw new Error('the storage is gone');
    await storage.put(entry);
  };

  await expect(mount.write('account/grace')).rejects.toThrow('the storage is gone');
  expect([...accounts]).toEqual(['ada', 'grace']);
  await mount.request('rollback', '', { immediate: true });
  expect([...accounts]).toEqual(['ada']);
  expect(await listWal(storage)).toEqual([]);
});
