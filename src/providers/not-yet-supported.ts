import { ProviderError } from './errors.ts';
import type { KmsClient, KmsDriver, ProviderConfig } from './port.ts';
import { HOME } from './step.ts';

/** What a cloud is asked before it can be distributed to. */
export type UnsupportedCloud = Pick<KmsDriver, 'kind' | 'help' | 'credentialNames'> & {
  readonly validateConfig: (config: ProviderConfig) => string | undefined;
};

/** A cloud that can be configured, as clients do so ahead of time, but not be distributed to yet. */
export function notYetSupported({ kind, ...cloud }: UnsupportedCloud): KmsDriver {
  const text = `distribution to ${kind} is not yet supported: use a KMS provider of type awskms`;
  const refuse = async (): Promise<never> => {
    throw new ProviderError('invalid_request', text, { call: 'none' });
  };
  const unreachable = { outcome: 'unreachable', why: text } as const;
  const client: KmsClient = {
    create: refuse,
    perform: refuse,
    find: refuse,
    removeObject: refuse,
    account: refuse,
    readLabels: refuse,
    inspect: refuse,
    observe: async (target) => ({
      versions: [...target.ids(HOME)].map(([version]) => ({ version, place: HOME, ...unreachable })),
      names: [{ place: HOME, ...unreachable }],
      others: [],
    }),
    observeName: async () => unreachable,
    surveyNames: async () => unreachable,
    findByLabel: async () => ({ found: [], incomplete: text }),
    probePermissions: async () => ({
      credentials: { source: 'configuration', id: '' },
      problem: text,
      permissions: [],
    }),
    close: () => undefined,
  };
  return {
    kind,
    ...cloud,
    consistencyWindowMs: 0,
    lostAttempt: 'wait',
    plan: () => [],
    takeCredentials: (credentials) => ({ credentials }),
    checkDistribution: () => text,
    endpointOf: () => kind,
    connect: () => client,
  };
}
