import type { Storage } from '../../src/logical/index.ts';
import type { KmsDriver } from '../../src/providers/port.ts';
import type { Fault } from '../support/model-calls.ts';

/**
 * A cloud in a few lines, as strict as the real one, against which a planner and the engine are judged. It knows nothing of
 * either.
 */
export interface CloudModel {
  readonly driver: KmsDriver;
  /** The key that is distributed there. @default an AES key, to encrypt and decrypt */
  readonly key?: { readonly type: string; readonly purpose: string };
  /** @default none */
  readonly credentials?: Readonly<Record<string, string>>;
  /** A valid `key_collection`. */
  readonly keyCollection: string;
  /** Further places of the key. */
  readonly regions: readonly string[];
  /** Asked before every request, by its operation and how many were made before; what it gives makes the request fail. */
  fault: (operation: string, index: number) => Fault | undefined;
  /** The requests that it answers, any of which the credentials may not allow. */
  readonly operations: readonly string[];
  /** Those that disabling a version takes. */
  readonly disabling: readonly string[];
  /** Whether the credentials allow looking for what is not among the documented permissions. */
  searchable: boolean;
  /** What a stranger may do. */
  readonly drifts: readonly string[];
  /** Lets a stranger do it, to one of several objects; it has no effect where there is none. */
  drift(change: string, index: number): void | Promise<void>;
  /** Ids of what can be used although it holds the material of a version that is to be disabled. */
  usable(storage: Storage, kms: string, key: string): Promise<readonly string[]>;
  /**
   * Compares the records in storage, read as plain JSON, with the cloud: what is wrong, in words, or nothing.
   *
   * @param kms - name of the KMS provider
   * @param key - name of the key
   */
  violations(storage: Storage, kms: string, key: string): Promise<readonly string[]>;
}

/** What all drivers of models have in common. */
export const PERMISSIVE: Pick<
  KmsDriver,
  'help' | 'credentialNames' | 'takeCredentials' | 'validateConfig' | 'checkDistribution' | 'endpointOf'
> = {
  help: { title: 'model', keyCollection: 'anything', keyCollectionField: 'anything' },
  credentialNames: ['access_key', 'secret_key'],
  takeCredentials: (credentials) => ({ credentials }),
  validateConfig: () => undefined,
  checkDistribution: () => undefined,
  endpointOf: () => 'model',
};

/** Why a model does not tell something. */
export const FORBIDDEN = { outcome: 'forbidden', why: 'no permission to look' } as const;
