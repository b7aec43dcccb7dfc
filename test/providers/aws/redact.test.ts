import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorWithoutSecrets, withoutSecrets as withoutSecretsIn } from '../../../src/providers/http/redact.ts';
import { ProviderError } from '../../../src/providers/errors.ts';
import { allowing } from '../../support/allowing.ts';
import { ambient, fileOf, serve, stsError } from './ambient.ts';
import { ACCESS_KEY, failure, setUp } from './harness.ts';
import { create, observe } from '../calls.ts';

const withoutSecrets = (text: string, secrets: readonly string[]): string => withoutSecretsIn([text], secrets).join();

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

/** The longest piece of a secret in a text. */
function longestPiece(text: string, secret: string): number {
  for (let length = Math.min(text.length, secret.length); length > 0; length--) {
    for (let start = 0; start + length <= secret.length; start++) {
      if (text.includes(secret.slice(start, start + length))) return length;
    }
  }
  return 0;
}

describe('redacted', () => {
  it.each([
    [`The key id ${SECRET} is not valid`, 'The key id [redacted] is not valid'],
    [`Credential=${SECRET}/20260101/eu-west-2/kms`, 'Credential=[redacted]/20260101/eu-west-2/kms'],
    [`${SECRET}${SECRET}`, '[redacted]'],
    [`begins wJalrXUt ends`, 'begins [redacted] ends'],
    [`AMPLEKEY`, '[redacted]'],
    [`key ${SECRET.toLowerCase()} and ${SECRET.toUpperCase()}`, 'key [redacted] and [redacted]'],
    [`begins wJalrXU ends`, 'begins wJalrXU ends'],
    [`id=${encodeURIComponent(SECRET)}&x`, 'id=[redacted]&x'],
    [`id=${encodeURIComponent(SECRET).replaceAll('%2F', '%2f')}&x`, 'id=[redacted]&x'],
    [`<Id>${SECRET.replaceAll('/', '&#x2f;')}</Id>`, '<Id>[redacted]</Id>'],
    [`<Id>${SECRET.replaceAll('/', '&#47;')}</Id>`, '<Id>[redacted]</Id>'],
    [`{"id":"${SECRET.replaceAll('/', '\\/')}"}`, '{"id":"[redacted]"}'],
    [
      'The security token included in the request is invalid.',
      'The security token included in the request is invalid.',
    ],
    ['', ''],
  ])('%s', (text, clean) => {
    expect(withoutSecrets(text, [SECRET])).toBe(clean);
  });

  it('redacts a short secret as a whole word', () => {
    expect(withoutSecrets('test is no latest test', ['test', 'is'])).toBe('[redacted] is no latest [redacted]');
    expect(withoutSecrets('No p.ss+1 here, nor P.SS+1; pass+1', ['p.ss+1'])).toBe(
      'No [redacted] here, nor [redacted]; pass+1',
    );
  });

  it('redacts every fragment of eight characters', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 60 });
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 3 }), (quoting, secrets) => {
        for (const part of withoutSecrets(quoting, secrets).split('[redacted]')) {
          for (const secret of secrets) expect(longestPiece(part, secret)).toBeLessThan(8);
        }
      }),
    );
  });

  it('runs in linear time', () => {
    const token = randomBytes(12_000).toString('base64');
    const before = performance.now();
    expect(withoutSecrets(token.repeat(60), [token])).toBe('[redacted]');
    expect(withoutSecrets('a'.repeat(1_000_000), ['a'.repeat(4_000)])).toBe('[redacted]');
    // Minutes, were it quadratic.
    expect(performance.now() - before).toBeLessThan(10_000);
  });
});

it('redacts all texts of an error', () => {
  const error = new ProviderError('forbidden', `no ${SECRET}`, { call: 'c', code: `C${SECRET}`, requestId: SECRET });
  expect(errorWithoutSecrets(error, [SECRET])).toMatchObject({
    message: 'no [redacted]',
    code: 'C[redacted]',
    requestId: '[redacted]',
  });
});

describe('quoted secrets', () => {
  const quoting = (text: string) => () =>
    ({
      when: 'before',
      error: { code: 'InvalidClientTokenId', message: `No key id ${text} here`, status: 403 },
    }) as const;

  it.each(['access_key', 'secret_key', 'session_token', 'of_yesterday'] as const)(
    'of a configured %s is in no error',
    async (name) => {
      const texts = {
        access_key: ACCESS_KEY.accessKeyId,
        secret_key: ACCESS_KEY.secretAccessKey,
        session_token: randomBytes(300).toString('base64'),
        of_yesterday: 'under-another-name',
      };
      const { kms } = await setUp({ sessionToken: texts.session_token });
      const bench = await setUp({ credentials: { ...texts, endpoint: kms.url } });
      for (const text of [texts[name], texts[name].slice(2, 11)]) {
        kms.faults.set(quoting(text));
        const error = await failure(create(bench));
        expect(error.message).toMatch(/^CreateKey: No key id \[redacted\] here \(InvalidClientTokenId, request id /);
        expect((await bench.client.probePermissions(bench.signal)).problem).toContain('No key id [redacted] here');
      }
      kms.faults.set(quoting(texts[name]));
      const seen = await observe(bench, 'an-id');
      expect(seen).toMatchObject({ why: expect.stringContaining('No key id [redacted] here') as string });
    },
  );

  it('does not redact Region and endpoint, which old records store as credentials', async () => {
    const { kms } = await setUp();
    const { accessKeyId: access_key, secretAccessKey: secret_key } = ACCESS_KEY;
    const bench = await setUp({ credentials: { access_key, secret_key, endpoint: kms.url, region: 'eu-west-2' } });
    kms.faults.set(quoting(`arn:aws:kms:eu-west-2 at ${kms.url}`));
    expect((await failure(create(bench))).message).toContain(`No key id arn:aws:kms:eu-west-2 at ${kms.url} here`);
  });

  it('redacts credentials of the shared files', async () => {
    const { kms } = await setUp();
    const file = fileOf(
      `[default]\naws_access_key_id = ${ACCESS_KEY.accessKeyId}\naws_secret_access_key = ${ACCESS_KEY.secretAccessKey}\n`,
    );
    const bench = await setUp({
      credentials: { endpoint: kms.url },
      env: { ...ambient({ AWS_SHARED_CREDENTIALS_FILE: file }), ...allowing(kms.url) },
    });
    kms.faults.set(quoting(ACCESS_KEY.secretAccessKey));
    expect((await failure(create(bench))).message).toContain('No key id [redacted] here');
  });

  it('redacts what was sent to STS', async () => {
    const token = 'the-token-of-a-web-identity';
    const sts = await serve((_request, response) => {
      response.writeHead(400).end(stsError('InvalidIdentityToken', `No ${token} here`));
    });
    const bench = await setUp({
      credentials: {},
      env: ambient({
        AWS_WEB_IDENTITY_TOKEN_FILE: fileOf(token),
        AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/r',
        AWS_ENDPOINT_URL_STS: sts,
        ...allowing(sts),
      }),
    });
    expect((await failure(create(bench))).message).toContain('refused: No [redacted] here');
  });
});
