import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { KEY_TYPES, type KeyType } from '../../src/crypto/key-type.ts';
import { awsDriver } from '../../src/providers/aws/driver.ts';
import { azureDriver } from '../../src/providers/azure/driver.ts';
import { gcpDriver } from '../../src/providers/gcp/driver.ts';
import type { KmsDriver, ProviderConfig } from '../../src/providers/port.ts';
import { PROTECTIONS, PURPOSES, type Protection, type Purpose } from '../../src/providers/spec.ts';
import { clockOf } from '../support/clock.ts';

const PAGE = join(import.meta.dirname, '../../docs/key-types.md');
const options = { env: {}, retry: { clock: clockOf(() => 0), random: () => 0, wait: async () => undefined } };
const account = (keyCollection: string): ProviderConfig => ({ keyCollection, credentials: {} });
const [aws, azure, gcp] = [awsDriver(options), azureDriver(options), gcpDriver(options)];
const CLOUDS: readonly (readonly [title: string, driver: KmsDriver, config: ProviderConfig])[] = [
  ['AWS KMS', aws, account('us-west-1')],
  ['Azure Key Vault', azure, account('my-vault')],
  ['Azure Managed HSM', azure, account('https://my-hsm.managedhsm.azure.net')],
  ['Google Cloud KMS', gcp, account('projects/p/locations/europe-west3/keyRings/r')],
];
/** Every set of purposes but the empty one. */
const SETS = Array.from({ length: 2 ** PURPOSES.length - 1 }, (_, set) =>
  PURPOSES.filter((_purpose, index) => ((set + 1) & (1 << index)) !== 0),
);

/** The sets of purposes that a driver takes. */
function takenSets(driver: KmsDriver, config: ProviderConfig, keyType: KeyType, protection: Protection): Purpose[][] {
  return SETS.filter(
    (purposes) => driver.checkDistribution({ keyName: 'key', keyType, purposes, protection }, config) === undefined,
  );
}

/** What it takes, in words. */
function words(sets: readonly (readonly Purpose[])[]): string {
  if (sets.length === 0) return '–';
  const all = PURPOSES.filter((purpose) => sets.some((set) => set.includes(purpose)));
  const isAny = sets.length > 1 && sets.length === 2 ** all.length - 1;
  const names = (set: readonly Purpose[]): string => set.map((each) => `\`${each}\``).join(', ');
  return isAny ? `any of ${names(all)}` : sets.map(names).join(' or ');
}

async function page(): Promise<string> {
  const lines = CLOUDS.flatMap(([title, driver, config]) => [
    `## ${title}`,
    '',
    `| key type | ${PROTECTIONS.map((protection) => `\`protection=${protection}\``).join(' | ')} |`,
    '| --- | --- | --- |',
    ...KEY_TYPES.map(
      (keyType) =>
        `| \`${keyType}\` | ${PROTECTIONS.map((protection) => words(takenSets(driver, config, keyType, protection))).join(' | ')} |`,
    ),
    '',
  ]);
  const head = [
    '# Key types',
    '',
    'Which keys each cloud takes, for which purposes and where it computes with them: as the drivers say, which',
    '`test/docs/key-types.test.ts` writes down here (`-u`), and compares with the table of Vault Enterprise.',
    '',
    'Beyond Enterprise are ECDSA keys in Azure, and AES keys in a Managed HSM.',
    '',
  ];
  return format([...head, ...lines].join('\n'), { ...(await resolveConfig(PAGE)), parser: 'markdown' });
}

describe('docs/key-types.md', () => {
  it('says what the drivers say', async () => {
    await expect(await page()).toMatchFileSnapshot(PAGE);
  });

  // Vault's documentation, "Compatibility" of the Key Management secrets engine.
  const RSA: readonly KeyType[] = ['rsa-2048', 'rsa-3072', 'rsa-4096'];
  const both = (sets: readonly Purpose[][]): unknown => sets.map((set) => [...set].sort().join());
  it.each<[string, KmsDriver, ProviderConfig, readonly KeyType[], readonly string[]]>([
    ['AWS KMS: encrypt and decrypt', aws, account('us-west-1'), ['aes256-gcm96'], ['decrypt,encrypt']],
    ['AWS KMS: no', aws, account('us-west-1'), [...RSA, 'ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521'], []],
    ['Azure Key Vault: no', azure, account('my-vault'), ['aes256-gcm96'], []],
    ['Google Cloud KMS: encrypt and decrypt', gcp, account('r'), ['aes256-gcm96'], ['decrypt,encrypt']],
    ['Google Cloud KMS: decrypt or sign', gcp, account('r'), RSA, ['decrypt', 'sign']],
    ['Google Cloud KMS: sign', gcp, account('r'), ['ecdsa-p256', 'ecdsa-p384'], ['sign']],
    ['Google Cloud KMS: no', gcp, account('r'), ['ecdsa-p521'], []],
  ])('agrees with the table of Enterprise: %s', (_row, driver, config, types, expected) => {
    for (const type of types) {
      expect({ type, sets: both(takenSets(driver, config, type, 'hsm')) }).toEqual({ type, sets: expected });
    }
  });

  it('agrees with the table of Enterprise: Azure Key Vault, RSA, all six purposes', () => {
    for (const type of RSA) {
      const sets = takenSets(azure, account('my-vault'), type, 'hsm');
      expect(sets).toHaveLength(SETS.length);
      expect(sets.at(-1)).toEqual(PURPOSES);
    }
  });

  it('goes beyond the table of Enterprise in what the page names only', () => {
    const beyond = takenSets(azure, account('my-vault'), 'ecdsa-p521', 'hsm').map((set) => set.join());
    expect(beyond).toEqual(['sign', 'verify', 'sign,verify']);
  });
});
