import {
  CreateAliasCommand,
  CreateKeyCommand,
  DeleteAliasCommand,
  DeleteImportedKeyMaterialCommand,
  DescribeKeyCommand,
  KMSClient,
  ListAliasesCommand,
  ListKeysCommand,
  NotFoundException,
  ScheduleKeyDeletionCommand,
  UpdateAliasCommand,
  type KeyState,
} from '@aws-sdk/client-kms';
import type { VersionObservation } from '../../../src/providers/observation.ts';
import type { Credentials } from '../../aws-kms/client.ts';
import type { Outside } from '../contract/cloud.ts';
import { REGION } from './harness.ts';

const STATES: Readonly<Partial<Record<KeyState, VersionObservation['state']>>> = {
  PendingImport: 'created',
  Enabled: 'enabled',
  Disabled: 'disabled',
  PendingDeletion: 'pending_deletion',
};

/** An AWS account as its administrator sees it. */
export function awsOutside(endpoint: string, credentials: Credentials): Outside & { close(): void } {
  const client = new KMSClient({ region: REGION, endpoint, credentials });
  const aliasOf = (name: string): string => `alias/hashicorp/${name}`;
  const holderOf = async (name: string): Promise<string | undefined> => {
    for (let Marker: string | undefined; ;) {
      const page = await client.send(new ListAliasesCommand({ Limit: 100, ...(Marker !== undefined && { Marker }) }));
      const alias = page.Aliases?.find(({ AliasName }) => AliasName === aliasOf(name));
      if (alias) return alias.TargetKeyId;
      Marker = page.NextMarker;
      if (Marker === undefined) return undefined;
    }
  };
  const outside: ReturnType<typeof awsOutside> = {
    async ids() {
      const ids: string[] = [];
      for (let Marker: string | undefined; ;) {
        const page = await client.send(new ListKeysCommand(Marker === undefined ? {} : { Marker }));
        ids.push(...(page.Keys ?? []).map(({ KeyId = '' }) => KeyId));
        Marker = page.NextMarker;
        if (Marker === undefined) return ids;
      }
    },
    async stateOf(KeyId) {
      try {
        const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId }));
        const state = KeyMetadata?.KeyState && STATES[KeyMetadata.KeyState];
        if (state === undefined) throw new Error(`a KMS key is ${KeyMetadata?.KeyState ?? 'in no state'}`);
        return state;
      } catch (error) {
        if (error instanceof NotFoundException) return 'gone';
        throw error;
      }
    },
    holderOf,
    async makeObject(labels = {}) {
      const Tags = Object.entries(labels).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
      const { KeyMetadata } = await client.send(new CreateKeyCommand({ Tags }));
      return KeyMetadata?.KeyId ?? '';
    },
    async takeName(name, labels) {
      const id = await outside.makeObject(labels);
      await outside.pointName(name, id);
      return id;
    },
    async pointName(name, TargetKeyId) {
      const alias = { AliasName: aliasOf(name), TargetKeyId };
      const isThere = (await holderOf(name)) !== undefined;
      await client.send(isThere ? new UpdateAliasCommand(alias) : new CreateAliasCommand(alias));
    },
    async dropName(name) {
      await client.send(new DeleteAliasCommand({ AliasName: aliasOf(name) }));
    },
    async scheduleDeletion(KeyId) {
      await client.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    },
    async dropMaterial(KeyId) {
      await client.send(new DeleteImportedKeyMaterialCommand({ KeyId }));
    },
    close: () => {
      client.destroy();
    },
  };
  return outside;
}
