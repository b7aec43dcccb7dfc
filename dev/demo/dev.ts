/**
 * `make dev [HOST=vault|bao] [PROVIDER=awskms|azurekeyvault|gcpckms]`: a server with the engine mounted and a provider written, left
 * running until Ctrl-C.
 */
import { refuseLeaks } from '../secrecy/known-secrets.ts';
import { stderrProgress } from '../servers/progress.ts';
import { displayName } from '../servers/server-binary.ts';
import { demoArguments } from './demo-arguments.ts';
import { startEnvironment, type DemoEnvironment } from './environment.ts';
import { runSteps } from './run-steps.ts';
import { stopOnSignal } from './stop-on-signal.ts';
import { create } from './steps/create.ts';
import { MOUNT } from './steps/mount.ts';
import { KEY } from './story.ts';

function invitation({ server, cloud: { service, kms, endpoint } }: DemoEnvironment): string {
  const { host } = server.binary;
  const prefix = host.toUpperCase();
  return `
${displayName(server.binary)} runs with the engine at keymgmt/, the key "${KEY}" and the provider "${kms}",
which is a fake of ${service} at ${endpoint}.

  alias ${host}=${server.binary.path}
  export ${prefix}_ADDR=${server.address}
  export ${prefix}_TOKEN=${server.rootToken}

Three commands to try:

  ${host} write keymgmt/kms/${kms}/key/${KEY} purpose=encrypt,decrypt protection=hsm
  ${host} read keymgmt/kms/${kms}/key/${KEY}
  ${host} write -f keymgmt/key/${KEY}/rotate
${host === 'bao' ? `\nThe web UI is at ${server.address}/ui; docs/ui.md says how it opens the engine.\n` : ''}
The server logs to ${server.folder}/server.log. Ctrl-C ends everything and removes it.
`;
}

const ending = stopOnSignal();
try {
  const { host, provider } = demoArguments();
  const environment = await startEnvironment(host, provider, stderrProgress);
  ending.begun(async () => {
    try {
      refuseLeaks(await environment.leaks());
    } catch (error) {
      process.stderr.write(`${String(error)}\n`);
    }
    await environment.stop();
  });
  const { server, plugin, cloud } = environment;
  const story = { server, plugin, kms: cloud.kms };
  const outcomes = await runSteps([...MOUNT, ...create(cloud)], story, () => undefined);
  const failed = outcomes.find(({ error }) => error !== undefined);
  if (failed?.error !== undefined) throw new Error(`"${failed.title}" failed: ${failed.error.message}`);
  process.stdout.write(invitation(environment));
  // The server's process keeps this one alive until a signal ends both.
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
  await ending.end();
}
