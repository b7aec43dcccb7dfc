import { expect, it } from 'vitest';
import { failure, makeVersion, REGION, setUp } from './harness.ts';
import { create } from '../calls.ts';

const MINUTE = 60_000;
const offBy = (milliseconds: number): { now: () => number } => ({ now: () => Date.now() + milliseconds });
const outcomes = (calls: readonly { action: string; outcome?: unknown }[]): unknown =>
  calls.map(({ action, outcome }) => `${action} ${String(outcome)}`);

it.each([-90 * MINUTE, -6 * MINUTE, 6 * MINUTE, 90 * MINUTE])(
  'a request that AWS calls expired, as its clock is %i ms ahead, is signed again by that clock',
  async (ahead) => {
    const bench = await setUp({ signatureClock: offBy(ahead) });
    await makeVersion(bench, 1);
    // Once for the account, not for each request.
    expect(outcomes(bench.kms.calls())).toEqual([
      expect.stringMatching(/InvalidSignatureException$/),
      'CreateKey ok',
      'GetParametersForImport ok',
      'ImportKeyMaterial ok',
    ]);
    expect(bench.kms.keys(REGION)).toHaveLength(1);
  },
);

it('signs each of several concurrent requests again', async () => {
  const { client, kms, signal } = await setUp({ signatureClock: offBy(30 * MINUTE) });
  await Promise.all([1, 2, 3].map((version) => create({ client, signal }, version)));
  expect(kms.keys(REGION)).toHaveLength(3);
});

it('sends an invalid signature twice at most', async () => {
  const kms = (await setUp({ signatureClock: offBy(30 * MINUTE) })).kms;
  const credentials = { access_key: 'AKIA0ADAPTERTEST', secret_key: 'wrong-secret', endpoint: kms.url };
  const { client, signal } = await setUp({ credentials });
  const error = await failure(create({ client, signal }, 1));
  expect(error).toMatchObject({ reason: 'unauthenticated', ambiguous: false });
  expect(kms.calls()).toHaveLength(2);
});
