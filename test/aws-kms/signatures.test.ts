import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ListKeysCommand } from '@aws-sdk/client-kms';
import { startKms, type Kms } from '../../dev/aws-kms/kms.ts';
import { verifySignature } from '../../dev/aws-kms/sigv4.ts';
import { ALICE, kmsClient } from './client.ts';

const BOB = { accessKeyId: 'AKIABOB', secretAccessKey: 'another secret', sessionToken: 'session' };

describe('request signature', () => {
  let kms: Kms;
  beforeAll(async () => {
    kms = await startKms({ accessKeys: [ALICE, BOB] });
  });
  afterAll(() => kms.close());

  it.each([
    ['a wrong secret', { ...ALICE, secretAccessKey: 'wrong' }, 'InvalidSignatureException'],
    ['an unknown access key', { ...ALICE, accessKeyId: 'AKIANOBODY' }, 'UnrecognizedClientException'],
    ['a wrong session token', { ...BOB, sessionToken: 'wrong' }, 'UnrecognizedClientException'],
    [
      'a missing session token',
      { accessKeyId: BOB.accessKeyId, secretAccessKey: BOB.secretAccessKey },
      'UnrecognizedClientException',
    ],
    ['a session token that nobody gave', { ...ALICE, sessionToken: 'made up' }, 'UnrecognizedClientException'],
  ])('refuses %s', async (_what, credentials, name) => {
    await expect(kmsClient(kms.url, credentials).send(new ListKeysCommand({}))).rejects.toMatchObject({ name });
  });

  it('is accepted for temporary credentials with their token', async () => {
    await kmsClient(kms.url, BOB).send(new ListKeysCommand({}));
  });

  it('is required', async () => {
    const response = await fetch(kms.url, { method: 'POST', headers: { 'x-amz-target': 'TrentService.ListKeys' } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
  });

  it('covers the body, all signed headers and the scope', async () => {
    const client = kmsClient(kms.url);
    let captured: { headers: Record<string, string>; body: string } | undefined;
    client.middlewareStack.add(
      (next) => (args) => {
        const { headers, body } = args.request as { headers: Record<string, string>; body: string };
        captured = { headers: { ...headers }, body };
        return next(args);
      },
      { step: 'deserialize', priority: 'low' },
    );
    await client.send(new ListKeysCommand({ Limit: 5 }));
    const { headers, body } = captured ?? { headers: {}, body: '' };
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const request = { method: 'POST', url: '/', headers: lower, body: Buffer.from(body) };
    const now = Date.now();
    const verify = (change: Partial<typeof request>): unknown =>
      verifySignature({ ...request, ...change }, [ALICE], now);

    expect(verify({})).toMatchObject({ region: 'us-west-2', accessKey: ALICE });
    const refused = expect.objectContaining({ name: 'InvalidSignatureException' }) as Error;
    expect(() => verify({ body: Buffer.from('{"Limit":6}') })).toThrow(refused);
    expect(() => verify({ url: '/?x=1' })).toThrow(refused);
    expect(() => verify({ method: 'PUT' })).toThrow(refused);
    expect(() => verify({ headers: { ...lower, 'x-amz-target': 'TrentService.CreateKey' } })).toThrow(refused);
    expect(() => verify({ headers: { ...lower, 'x-amz-unsigned': 'x' } })).toThrow(refused);
    expect(() => verifySignature(request, [ALICE], now + 6 * 60 * 1000)).toThrow(refused);
    const otherHash = createHash('sha256').update('other').digest('hex');
    expect(() => verify({ headers: { ...lower, 'x-amz-content-sha256': otherHash } })).toThrow(refused);
  });
});
