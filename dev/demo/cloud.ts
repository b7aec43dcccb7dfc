import type { Step } from './step.ts';

/** The cloud of a demo: a fake of it on loopback, and how an application sees the key there. */
export interface DemoCloud {
  /** As `kms/<name>` calls it. */
  readonly provider: string;
  /** `AWS KMS`. */
  readonly service: string;
  /** `AWS`. */
  readonly name: string;
  /** Name of the KMS in the engine. */
  readonly kms: string;
  readonly keyCollection: string;
  /** Type of the key, one that encrypts and decrypts there. */
  readonly keyType: string;
  readonly endpoint: string;
  /** What the server's operator allows for it, entries of KEYMGMT_ALLOWED_ENDPOINTS. */
  readonly allowed: readonly string[];
  /** What must be seen nowhere, by a name for it. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Arguments that write the provider, behind the path. */
  readonly writeArguments: readonly string[];
  /** How the reader would have the client of the calls. */
  readonly client: string;
  readonly scenes: Scenes;
  close(): Promise<void>;
}

/** What an application sees of the key. */
export interface Scenes {
  /** The key is there, enabled, with imported material. */
  readonly distributed: Step;
  /** Encryption by the name that never changes is answered by this version. The first ciphertext is kept. */
  encryptsWith(version: number): Step;
  /** What version 1 has encrypted is decrypted. */
  decryptsOld(again: 'still' | 'again'): Step;
  stateIs(version: number, state: 'enabled' | 'disabled' | 'removed', again?: 'again'): Step;
  /** The name is of no use any more. */
  readonly removed: Step;
}
