import { randomBytes } from 'node:crypto';
import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  ListAliasesCommand,
  ScheduleKeyDeletionCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import { expect } from 'vitest';
import { given, newKey } from '../client.ts';
import { contractCases } from './contract-case.ts';

const newName = (): string => `alias/contract/${randomBytes(6).toString('hex')}`;

export const aliasCases = contractCases([
  {
    name: 'an alias points to its key, moves and is deleted',
    run: async (client) => {
      const [first, second] = [await newKey(client), await newKey(client)];
      const AliasName = newName();
      const target = async (): Promise<string | undefined> =>
        (await client.send(new DescribeKeyCommand({ KeyId: AliasName }))).KeyMetadata?.KeyId;
      await client.send(new CreateAliasCommand({ AliasName, TargetKeyId: first }));
      expect(await target()).toBe(first);
      await client.send(new UpdateAliasCommand({ AliasName, TargetKeyId: second }));
      expect(await target()).toBe(second);
      await client.send(new DeleteAliasCommand({ AliasName }));
      await expect(target()).rejects.toMatchObject({ name: 'NotFoundException' });
    },
  },
  {
    name: 'an alias name is unique',
    run: async (client) => {
      const create = new CreateAliasCommand({ AliasName: newName(), TargetKeyId: await newKey(client) });
      await client.send(create);
      await expect(client.send(create)).rejects.toMatchObject({ name: 'AlreadyExistsException' });
    },
  },
  {
    name: 'an alias name has no dots',
    run: async (client) => {
      const TargetKeyId = await newKey(client);
      await expect(
        client.send(new CreateAliasCommand({ AliasName: `${newName()}.x`, TargetKeyId })),
      ).rejects.toMatchObject({ name: 'ValidationException' });
    },
  },
  {
    name: 'an alias moves only between keys of the same type',
    run: async (client) => {
      const AliasName = newName();
      await client.send(new CreateAliasCommand({ AliasName, TargetKeyId: await newKey(client) }));
      const TargetKeyId = await newKey(client, { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
      await expect(client.send(new UpdateAliasCommand({ AliasName, TargetKeyId }))).rejects.toMatchObject({
        name: 'ValidationException',
      });
    },
  },
  {
    name: 'an unknown alias can be neither moved nor deleted',
    run: async (client) => {
      const AliasName = newName();
      const TargetKeyId = await newKey(client);
      await expect(client.send(new UpdateAliasCommand({ AliasName, TargetKeyId }))).rejects.toMatchObject({
        name: 'NotFoundException',
      });
      await expect(client.send(new DeleteAliasCommand({ AliasName }))).rejects.toMatchObject({
        name: 'NotFoundException',
      });
    },
  },
  {
    name: 'a key that is pending deletion gets no alias',
    run: async (client) => {
      const TargetKeyId = await newKey(client);
      await client.send(new ScheduleKeyDeletionCommand({ KeyId: TargetKeyId }));
      await expect(client.send(new CreateAliasCommand({ AliasName: newName(), TargetKeyId }))).rejects.toMatchObject({
        name: 'KMSInvalidStateException',
      });
    },
  },
  {
    name: 'ListAliases lists the aliases of one key across pages',
    run: async (client) => {
      const KeyId = await newKey(client);
      const names = [newName(), newName(), newName()];
      for (const AliasName of names) await client.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }));
      const first = await client.send(new ListAliasesCommand({ KeyId, Limit: 2 }));
      expect(first.Aliases).toHaveLength(2);
      const rest = await client.send(new ListAliasesCommand({ KeyId, Limit: 2, Marker: given(first.NextMarker) }));
      const listed = [...(first.Aliases ?? []), ...(rest.Aliases ?? [])].map((alias) => alias.AliasName);
      expect(listed.sort()).toEqual(names.sort());
    },
  },
]);
