import { randomUUID } from 'node:crypto';
import { isSea } from 'node:sea';
import { keyGenerator } from './crypto/generate-key.ts';
import { keymgmtFactory } from './keymgmt/backend.ts';
import { distributedNames } from './keymgmt/distributed-names.ts';
import type { BackendFactory } from './logical/index.ts';
import { awsDriver } from './providers/aws/driver.ts';
import { realWait } from './providers/http/retry.ts';
import { azureDriver } from './providers/azure/driver.ts';
import { gcpDriver } from './providers/gcp/driver.ts';
import { outboundOf } from './support/outbound/outbound.ts';
import { systemTimer } from './support/budget.ts';
import { systemClock } from './support/clock.ts';
import { processFigures } from './support/process-figures.ts';

/** Set by the build (dev/build/bundle-plugin.ts). */
declare const BUILD_COMMIT: string | undefined;

/** Wires the engine of this process: its clouds, and what it needs of the machine. */
export function engineFactory(version: string): BackendFactory {
  const outbound = outboundOf(process.env);
  const retry = { clock: systemClock, random: Math.random, wait: realWait };
  return keymgmtFactory({
    // In the order in which the API lists them.
    drivers: {
      azurekeyvault: azureDriver({ env: process.env, outbound, retry }),
      awskms: awsDriver({ env: process.env, outbound, retry }),
      gcpckms: gcpDriver({ env: process.env, outbound, retry }),
    },
    generateKey: keyGenerator(),
    newAttempt: randomUUID,
    newName: distributedNames(systemClock),
    clock: systemClock,
    timer: systemTimer,
    build: {
      version,
      commit: typeof BUILD_COMMIT === 'string' ? BUILD_COMMIT : 'unknown',
      executable: isSea() ? 'sea' : 'script',
    },
    processFigures: processFigures(),
  });
}
