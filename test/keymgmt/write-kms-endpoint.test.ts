import { beforeEach, describe, expect, it } from 'vitest';
import { awsDriver } from '../../src/providers/aws/driver.ts';
import { clockOf } from '../support/clock.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { AES, PURPOSE } from '../support/distributed-key.ts';
import { modelCloud } from '../support/model-cloud.ts';

const OWN = 'https://kms.example.internal';
const OTHER = 'http://127.0.0.1:4566';
const env = { KEYMGMT_ALLOWED_ENDPOINTS: `${OWN},${OTHER}` };
const retry = { clock: clockOf(() => 0), random: () => 0.5, wait: async () => undefined };

describe('POST kms/:name with another endpoint', () => {
  let engine: Engine;

  const write = (endpoint: string | undefined, more = {}): Promise<string | undefined> => {
    const keys = { access_key: 'AKIAENDPOINTCHANGE00', secret_key: 'x'.repeat(40) };
    const credentials = { ...keys, ...(endpoint === undefined ? {} : { endpoint }) };
    return engine.errorOf(
      engine.write('kms/aws', { provider: 'awskms', key_collection: 'us-west-1', credentials, ...more }),
    );
  };

  beforeEach(async () => {
    // The adapter's own reading of an endpoint, with a cloud that needs none.
    const { drivers } = modelCloud();
    engine = await startEngine({
      drivers: {
        ...drivers,
        awskms: { ...awsDriver({ env, retry }), connect: (config) => drivers.awskms.connect(config) },
      },
    });
    await engine.write('key/k', AES);
    expect(await write(OWN)).toBeUndefined();
  });
  const distribute = (): Promise<unknown> => engine.write('kms/aws/key/k', PURPOSE);

  it.each([
    [undefined, 'aws'],
    [OTHER, OTHER],
  ])('%s is refused while keys are distributed', async (endpoint, named) => {
    await distribute();
    const error = await write(endpoint);
    expect(error).toContain(`from ${OWN} to ${named} `);
    expect(error).toMatch(/confirm_endpoint=true/);
  });

  it('is accepted with confirm_endpoint=true, for this write only', async () => {
    await distribute();
    expect(await write(OTHER, { confirm_endpoint: true })).toBeUndefined();
    expect(await write(OWN)).toMatch(/confirm_endpoint=true/);
    expect(await write(OTHER)).toBeUndefined();
  });

  it('is accepted while no key is distributed', async () => {
    expect(await write(OTHER)).toBeUndefined();
    await distribute();
    expect(await write(OWN)).toMatch(/confirm_endpoint/);
    await engine.request('delete', 'kms/aws/key/k');
    expect(await write(OWN)).toBeUndefined();
  });

  it('needs no confirmation between hosts of AWS', async () => {
    expect(await write(undefined)).toBeUndefined();
    await distribute();
    expect(await write('https://kms-fips.us-west-1.amazonaws.com')).toBeUndefined();
  });
});
