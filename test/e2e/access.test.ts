import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { Answer, Method } from '../../dev/servers/http-client.ts';
import { onEachServer } from '../support/server/on-each-server.ts';
import { pluginProcesses } from '../support/server/plugin-processes.ts';
import { REGION } from '../support/server/stage.ts';

/** A request, and the one line of a policy that allows it. */
interface Step {
  readonly capability: 'create' | 'update' | 'read' | 'delete' | 'list';
  readonly path: string;
  readonly method: Method;
  readonly request: string;
  readonly body?: unknown;
  readonly status: number;
}

const TYPE = { type: 'aes256-gcm96' };
const PURPOSE = { purpose: 'encrypt,decrypt' };

/** The life of a key, each step by somebody who may do nothing else. */
const steps = (provider: unknown): readonly Step[] => {
  const step = (
    capability: Step['capability'],
    path: string,
    request: string,
    status: number,
    body?: unknown,
  ): Step => {
    const method = ({ create: 'POST', update: 'POST', read: 'GET', delete: 'DELETE', list: 'LIST' } as const)[
      capability
    ];
    return { capability, path, method, request, status, body };
  };
  return [
    step('create', 'key/+', 'key/k', 204, TYPE),
    step('update', 'key/+', 'key/k', 204, { deletion_allowed: true }),
    step('read', 'key/+', 'key/k', 200),
    step('list', 'key/', 'key', 200),
    step('create', 'kms/+', 'kms/aws', 204, provider),
    step('update', 'kms/+', 'kms/aws', 204, provider),
    step('read', 'kms/+', 'kms/aws', 200),
    step('list', 'kms/', 'kms', 200),
    step('update', 'kms/+/check', 'kms/aws/check', 200),
    step('update', 'kms/+/key/+', 'kms/aws/key/k', 204, PURPOSE),
    step('read', 'kms/+/key/+', 'kms/aws/key/k', 200),
    step('list', 'kms/+/key/', 'kms/aws/key', 200),
    step('list', 'key/+/kms/', 'key/k/kms', 200),
    step('update', 'key/+/rotate', 'key/k/rotate', 204),
    step('read', 'kms/+/status', 'kms/aws/status', 200),
    step('read', 'kms/+/key/+/status', 'kms/aws/key/k/status', 200),
    step('update', 'kms/+/key/+/sync', 'kms/aws/key/k/sync', 200),
    step('delete', 'kms/+/key/+', 'kms/aws/key/k', 204),
    // Of a key that is in no KMS any more.
    step('update', 'kms/+/key/+/force-remove', 'kms/aws/key/k/force-remove', 204),
    step('delete', 'key/+', 'key/k', 204),
    step('delete', 'kms/+', 'kms/aws', 204),
  ];
};

onEachServer('what the server guards around the engine', (stage, binary) => {
  const tokenFor = async (name: string, path: string, capability: string): Promise<string> => {
    const policy = `path "keymgmt/${path}" { capabilities = ["${capability}"] }`;
    expect((await stage().http('PUT', `sys/policies/acl/${name}`, { policy })).status).toBe(204);
    const { body } = await stage().http('POST', 'auth/token/create', { policies: [name], no_default_policy: true });
    return (body['auth'] as { client_token: string }).client_token;
  };

  it('allows each request by its own capability, on its own path, and by no other', async () => {
    const life = steps(stage().provider);
    const tokens = await Promise.all(life.map(({ path, capability }, n) => tokenFor(`only-${n}`, path, capability)));
    const send = ({ method, request, body }: Step, token: string): Promise<Answer> =>
      stage().http(method, `keymgmt/${request}`, body, { 'X-Vault-Token': token });
    for (const [n, step] of life.entries()) {
      const others = tokens.filter((_, other) => other !== n);
      const refused = await Promise.all(others.map(async (token) => (await send(step, token)).status));
      const which = `${step.capability} ${step.request}`;
      expect(refused, which).toEqual(refused.map(() => 403));
      expect((await send(step, tokens[n] ?? '')).status, which).toBe(step.status);
    }
  });

  it('wraps the answer of a read, and unwraps the same', async () => {
    expect((await stage().http('POST', 'keymgmt/key/wrapped', { type: 'rsa-2048' })).status).toBe(204);
    const plain = (await stage().http('GET', 'keymgmt/key/wrapped')).body.data;
    const wrapped = await stage().cli('read', '-wrap-ttl=60s', '-format=json', 'keymgmt/key/wrapped');
    const { wrap_info: info, data } = JSON.parse(wrapped) as { wrap_info: { token: string }; data: unknown };
    expect(data).toBeNull();
    const unwrap = (): Promise<Answer> =>
      stage().http('POST', 'sys/wrapping/unwrap', undefined, { 'X-Vault-Token': info.token });
    expect((await unwrap()).body.data).toEqual(plain);
    expect((await unwrap()).status).toBe(400);
  });

  it('writes every request to the audit log, its credentials hashed', async () => {
    expect((await stage().http('POST', 'keymgmt/kms/audited', stage().provider)).status).toBe(204);
    const log = (await readFile(`${stage().server.folder}/audit.log`, 'utf8')).trim().split('\n');
    const entries = log
      .map((line) => JSON.parse(line) as AuditEntry)
      .filter(({ request }) => request.path === 'keymgmt/kms/audited');
    expect(entries.map(({ type }) => type)).toEqual(['request', 'response']);
    for (const { request } of entries) {
      expect(request.operation).toBe('create');
      for (const name of ['access_key', 'secret_key', 'endpoint']) {
        expect(request.data.credentials[name], name).toMatch(/^hmac-sha256:[0-9a-f]{64}$/);
      }
    }
  });

  it.skipIf(binary.host === 'vault')(
    'keeps namespaces apart, in one process: the same names, the life of a key in each (Vault Community has none)',
    async () => {
      const inside = (namespace: string) => (method: Method, path: string, body?: unknown) =>
        stage().http(method, path, body, { 'X-Vault-Namespace': namespace });
      const known = await stage().noteMaterial();
      expect((await stage().http('POST', 'sys/namespaces/a')).status).toBe(200);
      expect((await stage().http('POST', 'sys/namespaces/b')).status).toBe(200);
      const [a, b] = [inside('a'), inside('b')];
      for (const [send, region] of [
        [a, REGION],
        [b, 'us-east-2'],
      ] as const) {
        expect((await send('POST', 'sys/mounts/keymgmt', { type: 'keymgmt' })).status).toBe(204);
        const provider = { ...stage().provider, key_collection: region };
        expect((await send('POST', 'keymgmt/kms/aws', provider)).status).toBe(204);
      }
      expect((await a('POST', 'keymgmt/key/k', TYPE)).status).toBe(204);
      expect((await b('GET', 'keymgmt/key/k')).status).toBe(404);
      expect((await b('POST', 'keymgmt/key/k', TYPE)).status).toBe(204);
      for (const send of [a, b]) expect((await send('POST', 'keymgmt/kms/aws/key/k', PURPOSE)).status).toBe(204);
      expect((await a('POST', 'keymgmt/key/k/rotate')).status).toBe(204);
      const versions = async (send: typeof a): Promise<readonly string[]> =>
        Object.values((await send('GET', 'keymgmt/kms/aws/key/k')).body.data?.['versions'] as Record<string, string>);
      const [ofA, ofB] = [await versions(a), await versions(b)];
      expect([ofA.length, ofB.length]).toEqual([2, 1]);
      // The search for secrets looks into namespaces, too.
      expect(await stage().noteMaterial()).toBe(known + 3);
      expect((await a('DELETE', 'keymgmt/kms/aws/key/k')).status).toBe(204);
      const keys = [...stage().embedded.keys(REGION), ...stage().embedded.keys('us-east-2')];
      const stateOf = (id: string): string | undefined => keys.find((key) => key.id === id)?.state;
      expect([...ofA, ...ofB].map(stateOf)).toEqual(['PendingDeletion', 'PendingDeletion', 'Enabled']);
      expect((await stage().http('GET', 'keymgmt/key/k')).status).toBe(404);
      expect(await pluginProcesses(stage().server.pid())).toHaveLength(1);
    },
  );
});

interface AuditEntry {
  readonly type: string;
  readonly request: {
    readonly path: string;
    readonly operation: string;
    readonly data: { readonly credentials: Readonly<Record<string, string>> };
  };
}
