import { randomUUID } from 'node:crypto';
import packageJson from '../package.json' with { type: 'json' };
import { generateKey } from './crypto/generate-key.ts';
import { nodeProcess } from './goplugin/plugin-process.ts';
import { keymgmtFactory } from './keymgmt/backend.ts';
import { awsDriver } from './providers/aws/driver.ts';
import { realWait } from './providers/aws/retry.ts';
import { azureDriver } from './providers/azure/driver.ts';
import { gcpDriver } from './providers/gcp/driver.ts';
import { systemClock } from './support/clock.ts';
import { hclogLogger } from './support/hclog-logger.ts';
import { servePlugin } from './vault/serve.ts';

const process = nodeProcess();
const logger = hclogLogger({ clock: systemClock, module: 'keymgmt', write: process.writeStderr });
const retry = { clock: systemClock, random: Math.random, wait: realWait };

void servePlugin({
  factory: keymgmtFactory({
    drivers: { awskms: awsDriver({ env: process.env, retry }), azurekeyvault: azureDriver(), gcpckms: gcpDriver() },
    generateKey,
    newAttempt: randomUUID,
    clock: systemClock,
    logger,
  }),
  version: `v${packageJson.version}`,
  logger,
  process,
});
