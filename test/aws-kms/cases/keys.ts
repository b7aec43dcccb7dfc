import {
  CancelKeyDeletionCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  ListKeysCommand,
  ListResourceTagsCommand,
  ReplicateKeyCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-kms';
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { given, importMaterial, newKey } from '../client.ts';
import { contractCases } from './contract-case.ts';

export const keyCases = contractCases([
  {
    name: 'a key of Origin EXTERNAL is created as PendingImport',
    run: async (client) => {
      const { KeyMetadata } = await client.send(
        new CreateKeyCommand({ Origin: 'EXTERNAL', Description: 'first', Tags: [{ TagKey: 'a', TagValue: 'b' }] }),
      );
      expect(KeyMetadata).toMatchObject({ KeyState: 'PendingImport', Enabled: false, Origin: 'EXTERNAL' });
      const described = await client.send(new DescribeKeyCommand({ KeyId: given(KeyMetadata?.Arn) }));
      expect(described.KeyMetadata).toMatchObject({ KeyId: KeyMetadata?.KeyId, Description: 'first' });
    },
  },
  {
    name: 'a key pending import cannot be enabled, disabled or used',
    run: async (client) => {
      const KeyId = await newKey(client);
      const refused = { name: 'KMSInvalidStateException', message: /key\/.* is pending import\.$/ };
      const calls = [
        client.send(new EnableKeyCommand({ KeyId })),
        client.send(new DisableKeyCommand({ KeyId })),
        client.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') })),
      ];
      for (const result of await Promise.allSettled(calls)) {
        expect(result).toMatchObject({ status: 'rejected', reason: { name: refused.name } });
        expect(String((result as PromiseRejectedResult).reason)).toMatch(refused.message);
      }
    },
  },
  {
    name: 'a disabled key does not encrypt until it is enabled',
    run: async (client) => {
      const KeyId = await newKey(client);
      await importMaterial(client, KeyId, randomBytes(32));
      await client.send(new DisableKeyCommand({ KeyId }));
      const encrypt = new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') });
      await expect(client.send(encrypt)).rejects.toMatchObject({ name: 'DisabledException' });
      await client.send(new EnableKeyCommand({ KeyId }));
      await client.send(encrypt);
    },
  },
  {
    name: 'a scheduled deletion cannot be scheduled again, and cancelling leaves the key disabled',
    run: async (client) => {
      const KeyId = await newKey(client);
      await importMaterial(client, KeyId, randomBytes(32));
      const schedule = new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 });
      expect(await client.send(schedule)).toMatchObject({ KeyState: 'PendingDeletion' });
      await expect(client.send(schedule)).rejects.toMatchObject({
        name: 'KMSInvalidStateException',
        message: expect.stringMatching(/is pending deletion\.$/) as string,
      });
      await client.send(new CancelKeyDeletionCommand({ KeyId }));
      const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId }));
      expect(KeyMetadata?.KeyState).toBe('Disabled');
    },
  },
  {
    name: 'a deletion waits between 7 and 30 days',
    run: async (client) => {
      const KeyId = await newKey(client);
      for (const PendingWindowInDays of [6, 31]) {
        await expect(client.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays }))).rejects.toMatchObject(
          { name: 'ValidationException' },
        );
      }
    },
  },
  {
    name: 'an unknown key is not found',
    run: async (client) => {
      const KeyId = '12345678-1234-1234-1234-123456789012';
      await expect(client.send(new DescribeKeyCommand({ KeyId }))).rejects.toMatchObject({ name: 'NotFoundException' });
    },
  },
  {
    name: 'a key of one Region is unknown in another',
    run: async (client, inRegion) => {
      const KeyId = await newKey(client);
      const elsewhere = inRegion('eu-west-1');
      await expect(elsewhere.send(new DescribeKeyCommand({ KeyId }))).rejects.toMatchObject({
        name: 'NotFoundException',
      });
    },
  },
  {
    name: 'ListKeys lists every key once across pages',
    run: async (_client, inRegion) => {
      const alone = inRegion('eu-central-1');
      const created = [await newKey(alone), await newKey(alone), await newKey(alone)];
      const first = await alone.send(new ListKeysCommand({ Limit: 2 }));
      expect(first).toMatchObject({ Truncated: true });
      expect(first.Keys).toHaveLength(2);
      const second = await alone.send(new ListKeysCommand({ Limit: 2, Marker: given(first.NextMarker) }));
      expect(second.Truncated ?? false).toBe(false);
      const listed = [...(first.Keys ?? []), ...(second.Keys ?? [])].map((key) => key.KeyId);
      expect(listed.sort()).toEqual(created.sort());
    },
  },
  {
    name: 'tags are added, replaced and removed',
    run: async (client) => {
      const KeyId = await newKey(client, { Tags: [{ TagKey: 'a', TagValue: '1' }] });
      const tags = [
        { TagKey: 'a', TagValue: '2' },
        { TagKey: 'b', TagValue: '' },
      ];
      await client.send(new TagResourceCommand({ KeyId, Tags: tags }));
      expect((await client.send(new ListResourceTagsCommand({ KeyId }))).Tags).toEqual(tags);
      await client.send(new UntagResourceCommand({ KeyId, TagKeys: ['a'] }));
      expect((await client.send(new ListResourceTagsCommand({ KeyId }))).Tags).toEqual([tags[1]]);
    },
  },
  {
    name: 'duplicate and reserved tags are rejected',
    run: async (client) => {
      const twice = [
        { TagKey: 'a', TagValue: '1' },
        { TagKey: 'a', TagValue: '2' },
      ];
      for (const Tags of [twice, [{ TagKey: 'aws:x', TagValue: '1' }]]) {
        await expect(newKey(client, { Tags })).rejects.toMatchObject({ name: 'TagException' });
      }
    },
  },
  {
    name: 'a replica of an imported key begins empty and takes only the same bytes',
    run: async (client, inRegion) => {
      const material = randomBytes(32);
      const KeyId = await newKey(client, { MultiRegion: true });
      await importMaterial(client, KeyId, material);
      const { ReplicaKeyMetadata } = await client.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: 'eu-west-1' }));
      expect(ReplicaKeyMetadata?.KeyId).toBe(KeyId);
      const there = inRegion('eu-west-1');
      expect((await there.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState).toBe('PendingImport');
      await expect(importMaterial(there, KeyId, randomBytes(32))).rejects.toMatchObject({
        name: 'IncorrectKeyMaterialException',
      });
      await importMaterial(there, KeyId, material);
      expect((await there.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState).toBe('Enabled');
    },
  },
]);
