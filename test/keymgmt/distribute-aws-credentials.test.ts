import { expect, it } from 'vitest';
import { awsDriver } from '../../src/providers/aws/driver.ts';
import { systemClock } from '../../src/support/clock.ts';
import { ambient, type Variables } from '../providers/aws/ambient.ts';
import { ACCESS_KEY, REGION, setUp } from '../providers/aws/harness.ts';
import { allowing } from '../support/allowing.ts';
import { inMemoryStorage, startEngine } from '../support/engine.ts';
import { AES, PURPOSE } from '../support/distributed-key.ts';
import { modelCloud } from '../support/model-cloud.ts';

const OWN = { access_key: ACCESS_KEY.accessKeyId, secret_key: ACCESS_KEY.secretAccessKey };

it.each<[title: string, credentials: Readonly<Record<string, string>>, variables: Variables, text: RegExp]>([
  [
    'missing token file',
    {},
    { AWS_WEB_IDENTITY_TOKEN_FILE: '/nonexistent/token', AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/r' },
    /CreateKey: no credentials from web identity: cannot read \/nonexistent\/token \(ENOENT\)$/,
  ],
  ['missing profile', {}, { AWS_PROFILE: 'nobody' }, /CreateKey: no credentials from profile "nobody" of/],
  [
    'FIPS with a custom endpoint',
    OWN,
    { AWS_USE_FIPS_ENDPOINT: 'true' },
    /CreateKey: not sent: .*FIPS and custom endpoint are not supported/,
  ],
  [
    'stored session token with a line break',
    { ...OWN, session_token: 'hunter2-hunter2\nhunter2' },
    {},
    /CreateKey: (not sent|a request cannot be made): .*(ERR_INVALID_CHAR|TypeError)/,
  ],
])('a first distribution is refused and stores nothing: %s', async (_title, credentials, variables, text) => {
  const { kms } = await setUp();
  const storage = inMemoryStorage();
  const retry = {
    clock: systemClock,
    random: () => 0.5,
    wait: async () => {
      throw new Error('nothing is worth waiting for');
    },
  };
  const env = { ...ambient(variables), ...allowing(kms.url) };
  const drivers = { ...modelCloud().drivers, awskms: awsDriver({ env, retry }) };
  const engine = await startEngine({ storage, drivers });
  const provider = { provider: 'awskms', key_collection: REGION };
  await engine.write('key/k', AES);
  await engine.write('kms/aws', provider);
  const record = { schema: 1, ...provider, credentials: { ...credentials, endpoint: kms.url } };
  await storage.put({ key: 'kms/aws', value: Buffer.from(JSON.stringify(record)) });
  const before = storage.keys();

  const answer = await engine.request('update', 'kms/aws/key/k', PURPOSE);
  const message = answer?.data?.['error'] as string;
  expect(message).toMatch(/^key "k" was not distributed to KMS "aws", and nothing was made there: /);
  expect(message).toMatch(text);
  expect(message).not.toContain('hunter2');
  expect(storage.keys()).toEqual(before);
  expect(kms.calls()).toEqual([]);
  expect((await engine.write('kms/aws/check'))?.data).toMatchObject({
    ok: false,
    problem: expect.stringMatching(/^(check|ListAliases): /) as string,
    permissions: [],
  });
});
