import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { ContractCase, Stage } from './cases/contract-case.ts';
import { deletionCases } from './cases/deletion.ts';
import { importCases } from './cases/import.ts';
import { keyCases } from './cases/keys.ts';
import { useCases } from './cases/use.ts';
import type { Send } from './client.ts';

/** A premium vault under test, and an application with all key permissions. */
export interface VaultUnderTest {
  readonly url: string;
  readonly send: Send;
  /** Waits before a request is repeated. */
  readonly pause: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const CASES: readonly ContractCase[] = [...importCases, ...keyCases, ...deletionCases, ...useCases];
const ATTEMPTS = 60;

/** What Microsoft documents about imported keys, as one suite for any implementation. */
export function keyVaultContract(name: string, start: () => Promise<VaultUnderTest>): void {
  describe(`${name} conforms to Key Vault`, () => {
    let vault: VaultUnderTest;
    const names: string[] = [];
    beforeAll(async () => {
      vault = await start();
    });
    afterAll(async () => {
      try {
        for (const one of names) await vault.send('DELETE', `/keys/${one}`);
        for (const one of names) await purge(vault, one);
      } finally {
        await vault.stop();
      }
    });

    for (const { name: caseName, run } of CASES) {
      it(caseName, async () => {
        const stage: Stage = {
          send: vault.send,
          url: vault.url,
          newName() {
            const made = `contract-${randomBytes(6).toString('hex')}`;
            names.push(made);
            return made;
          },
          async until(status, method, path, body) {
            for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
              const answer = await vault.send(method, path, body);
              if (answer.status === status) return answer;
              await vault.pause();
            }
            throw new Error(`${method} ${path} does not answer ${status}`);
          },
        };
        await run(stage);
      });
    }
  });
}

/** Nothing is left behind in a vault that is not thrown away. */
async function purge({ send, pause }: VaultUnderTest, name: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { status } = await send('DELETE', `/deletedkeys/${name}`);
    if (status === 204) return;
    // A key that was never made, or that was purged.
    if (status === 404 && (await send('GET', `/keys/${name}`)).status === 404 && attempt > 3) return;
    await pause();
  }
}
