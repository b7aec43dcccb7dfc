import { fileURLToPath } from 'node:url';

/** Where the Go module of the suite is. */
export const MODULE = fileURLToPath(new URL('.', import.meta.url));

/** One state of HashiCorp's client, as a server was released with it. */
export interface Generation {
  /** Version of github.com/hashicorp/vault/sdk; its go-plugin and grpc are those of that server. */
  readonly sdk: string;
  readonly server: string;
  /** The go.mod, below {@link MODULE}; its go.sum lies beside it. */
  readonly modfile: string;
  /** Build tags of what is different in it. */
  readonly tags: readonly string[];
}

export const GENERATIONS: readonly Generation[] = [
  { sdk: 'v0.5.2', server: 'Vault 1.11', modfile: 'generations/v0.5.2.mod', tags: ['legacy'] },
  { sdk: 'v0.6.1', server: 'Vault 1.12', modfile: 'generations/v0.6.1.mod', tags: [] },
  { sdk: 'v0.9.2', server: 'Vault 1.14', modfile: 'generations/v0.9.2.mod', tags: ['events'] },
  { sdk: 'v0.14.0', server: 'Vault 1.18', modfile: 'generations/v0.14.0.mod', tags: ['events'] },
  { sdk: 'v0.20.0', server: 'Vault 1.21', modfile: 'generations/v0.20.0.mod', tags: ['events', 'snapshots'] },
  { sdk: 'v0.25.1', server: 'the newest', modfile: 'go.mod', tags: ['events', 'snapshots'] },
];
