import { readdirSync, readFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../dev/servers/http-client.ts';
import { onEachServer } from '../support/server/on-each-server.ts';
import { endpointOf, REQUESTS, type PolicyRequest } from './policy-requests.ts';

const FOLDER = join(import.meta.dirname, '../../examples/policies');
const POLICIES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.hcl'))
  .map((file) => file.replace('.hcl', ''));
const textOf = (policy: string): string => readFileSync(join(FOLDER, `${policy}.hcl`), 'utf8');

describe.each(POLICIES)('the policy %s', (policy) => {
  const rules = [...textOf(policy).matchAll(/^path "(.+)" \{\n([^]*?)^\}/gm)].map(([, path = '', body = '']) => ({
    path,
    attributes: [...body.matchAll(/^ {2}(\w+) *=/gm)].map(([, name]) => name),
  }));

  it('says nothing twice, which Vault 2.1 refuses', () => {
    expect(rules.length).toBeGreaterThan(0);
    expect(new Set(rules.map(({ path }) => path)).size).toBe(rules.length);
    for (const { path, attributes } of rules) expect(new Set(attributes).size, path).toBe(attributes.length);
  });

  it('has no rule that no request needs', () => {
    const allowed = REQUESTS.filter((request) => request.allowed.includes(policy)).map(pathOf);
    expect(rules.filter(({ path }) => !allowed.some((request) => patternOf(path).test(request)))).toEqual([]);
  });
});

onEachServer('the example policies', (stage) => {
  const tokens = new Map<string, string>();
  const ask = async (request: PolicyRequest, policy: string): Promise<Answer> => {
    const body = request.body === 'provider' ? { ...stage().provider, ...request.with } : request.body;
    return stage().http(request.method, pathOf(request), body, { 'X-Vault-Token': tokens.get(policy) ?? '' });
  };

  it('are formatted, and accepted', async () => {
    for (const policy of POLICIES) {
      const copy = join(stage().server.folder, `${policy}.hcl`);
      await copyFile(join(FOLDER, `${policy}.hcl`), copy);
      await stage().cli('policy', 'fmt', copy);
      expect(readFileSync(copy, 'utf8')).toBe(textOf(policy));
      await stage().cli('policy', 'write', policy, copy);
      const token = await stage().http('POST', 'auth/token/create', { policies: [policy], no_default_policy: true });
      tokens.set(policy, (token.body['auth'] as { client_token: string }).client_token);
    }
  });

  it('leave each request to those who are to make it', async () => {
    for (const [path, body] of [
      ['key/app', { type: 'aes256-gcm96' }],
      ['key/other', { type: 'aes256-gcm96' }],
      ['kms/aws', stage().provider],
      ['kms/aws/key/app', { purpose: 'encrypt,decrypt' }],
      ['kms/aws/key/other', { purpose: 'encrypt,decrypt' }],
    ] as const) {
      expect((await stage().http('POST', `keymgmt/${path}`, body)).status, path).toBe(204);
    }
    const wrong: string[] = [];
    for (const request of REQUESTS) {
      const { allowed, status: expected, which = '' } = request;
      const denied = POLICIES.filter((policy) => !allowed.includes(policy));
      // Those who are denied go first, as a request may take away what it needs.
      for (const [policy, wanted] of [
        ...denied.map((each) => [each, 403] as const),
        ...allowed.map((each) => [each, expected] as const),
      ]) {
        const { status, text } = await ask(request, policy);
        if (status === wanted && (wanted !== 403 || text.includes('permission denied'))) continue;
        wrong.push(`${endpointOf(request)} ${which} as ${policy}: ${status} instead of ${wanted}: ${text}`);
      }
    }
    expect(wrong).toEqual([]);
    // Some hundred requests.
  });
});

const NAMES: Readonly<Record<string, string>> = { name: 'app', key_name: 'app', attempt: 'none' };

/** The path of a request, on the key `app` in the KMS `aws` where it says nothing else. */
function pathOf({ path, names = {} }: PolicyRequest): string {
  return path
    .replace('keymgmt/kms/{name}', 'keymgmt/kms/aws')
    .replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? NAMES[name] ?? name);
}

/** What a path of a policy covers: `+` is one segment, `*` at the end is all that follows. */
function patternOf(path: string): RegExp {
  const literal = path.replace(/[.\-?^$(){}|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('+', '[^/]+').replace(/\*$/, '.*')}$`);
}
