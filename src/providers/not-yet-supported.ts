import { ProviderError } from './errors.ts';
import type { KmsClient, KmsDriver, ProviderConfig, ProviderKind } from './port.ts';

/** A driver that accepts configurations, which clients may write ahead of time, but no distributions yet. */
export function notYetSupported(
  kind: ProviderKind,
  credentialNames: readonly string[],
  validateConfig: (config: ProviderConfig) => string | undefined,
): KmsDriver {
  const text = `distribution to ${kind} is not yet supported: use a KMS provider of type awskms`;
  const refuse = async (): Promise<never> => {
    throw new ProviderError('invalid_request', text, { call: 'none' });
  };
  const client: KmsClient = {
    createVersion: refuse,
    account: refuse,
    readLabels: refuse,
    inspect: refuse,
    findVersion: refuse,
    importMaterial: refuse,
    setEnabled: refuse,
    setCurrent: refuse,
    removeName: refuse,
    removeVersion: refuse,
    observeVersion: async () => ({ outcome: 'unreachable', why: text }),
    observeName: async () => ({ outcome: 'unreachable', why: text }),
    surveyNames: async () => ({ outcome: 'unreachable', why: text }),
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
    credentialNames,
    takeCredentials: (credentials) => ({ credentials }),
    validateConfig,
    checkDistribution: () => text,
    endpointOf: () => kind,
    connect: () => client,
  };
}
