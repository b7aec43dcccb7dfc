import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { awsDriver } from '../../src/providers/aws/driver.ts';
import { azureDriver } from '../../src/providers/azure/driver.ts';
import { realWait } from '../../src/providers/http/retry.ts';
import { systemClock } from '../../src/support/clock.ts';
import { startEngine } from '../support/engine.ts';
import { modelCloud } from '../support/model-cloud.ts';

it('says which key types each provider takes, as their documentation does', async () => {
  const options = { env: {}, retry: { clock: systemClock, random: Math.random, wait: realWait } };
  const [awskms, azurekeyvault] = [awsDriver(options), azureDriver(options)];
  const info = await (await startEngine({ drivers: { azurekeyvault, awskms } })).read('info');
  expect(info?.['providers']).toMatchObject({
    azurekeyvault: {
      distribution: 'supported',
      key_types: ['rsa-2048', 'rsa-3072', 'rsa-4096', 'ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521'],
    },
    awskms: { title: 'AWS KMS', distribution: 'supported', key_types: ['aes256-gcm96'] },
  });
});

it('names the schemas that docs/upgrading.md speaks of', async () => {
  const info = await (await startEngine({ drivers: modelCloud().drivers })).read('info');
  const schema = readFileSync('src/keymgmt/records/distribution-schema.ts', 'utf8');
  const numbers = [...schema.matchAll(/v\.literal\((\d)\), \.\.\.fields/g)].map(([, number]) => Number(number));
  expect(info?.['schemas']).toMatchObject({ distribution: numbers, key: [1] });
  expect(info).toMatchObject({ version: 'unknown', commit: 'unknown', runtime: { node: process.versions.node } });
});
