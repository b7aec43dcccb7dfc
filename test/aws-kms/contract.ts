import { describe, afterAll, beforeAll, expect, it } from 'vitest';
import type { KMSClient } from '@aws-sdk/client-kms';
import { aliasCases } from './cases/aliases.ts';
import type { ContractCase } from './cases/contract-case.ts';
import { importCases } from './cases/import.ts';
import { keyCases } from './cases/keys.ts';
import { useCases } from './cases/use.ts';
import { kmsClient, type Credentials } from './client.ts';

/** A KMS under test. */
export interface KmsUnderTest {
  readonly endpoint: string;
  readonly credentials: Credentials;
  readonly stop: () => Promise<void>;
}

export interface ContractOptions {
  readonly name: string;
  readonly start: () => Promise<KmsUnderTest>;
  /** Cases that this KMS does not pass, and what it does instead; each is asserted to fail still. */
  readonly knownDifferences?: Readonly<Record<string, string>>;
}

const CASES: readonly ContractCase[] = [...keyCases, ...importCases, ...useCases, ...aliasCases];

/** What AWS KMS documents about imported keys, as one suite for any implementation. */
export function kmsContract({ name, start, knownDifferences = {} }: ContractOptions): void {
  describe(`${name} conforms to AWS KMS`, () => {
    let kms: KmsUnderTest;
    let client: KMSClient;
    beforeAll(async () => {
      kms = await start();
      client = kmsClient(kms.endpoint, kms.credentials);
    });
    afterAll(async () => {
      client.destroy();
      await kms.stop();
    });

    for (const { name: caseName, run } of CASES) {
      const difference = knownDifferences[caseName];
      if (difference === undefined) {
        it(caseName, () => run(client, (region) => kmsClient(kms.endpoint, kms.credentials, region)));
      } else {
        it(`differs: ${caseName} (${difference})`, async () => {
          await expect(run(client, (region) => kmsClient(kms.endpoint, kms.credentials, region))).rejects.toThrow();
        });
      }
    }

    it('has known differences of existing cases only', () => {
      const names = CASES.map((one) => one.name);
      expect(Object.keys(knownDifferences).filter((known) => !names.includes(known))).toEqual([]);
    });
  });
}
