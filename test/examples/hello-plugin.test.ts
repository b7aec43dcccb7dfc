import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundlePlugin, type Bundle } from '../../dev/build/bundle-plugin.ts';
import { installPlugin, registerArguments } from '../../dev/servers/install-plugin.ts';
import { stderrProgress } from '../../dev/servers/progress.ts';
import { displayName } from '../../dev/servers/server-binary.ts';
import { serversAtHand } from '../../dev/servers/servers-at-hand.ts';
import { startServer, type RunningServer } from '../../dev/servers/start-server.ts';

const { present, missing } = await serversAtHand(process.env, stderrProgress);

describe.each(missing)('on $name', ({ wayOut }) => {
  it.skip(`needs the server: ${wayOut}`, () => undefined);
});

describe.each(present.map((binary) => ({ binary, title: displayName(binary) })))('on $title', ({ binary }) => {
  let server: RunningServer;
  let bundle: Bundle;
  beforeAll(async () => {
    server = await startServer({ binary });
    const built = join(server.folder, 'hello');
    bundle = await bundlePlugin(built, 'examples/hello-plugin/main.ts');
    await cli(...registerArguments(await installPlugin(server, built), 'hello'));
    await cli('secrets', 'enable', 'hello');
  });
  afterAll(() => server.stop());

  /** What a user sees of a command; fails as it does. */
  const cli = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await server.cli(...args);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };

  it('is built from the rings alone, without the key management engine', () => {
    const rings = bundle.inputs.map((file) => /^(src\/[^/]+|[^/]+)/.exec(file)?.[0]);
    expect([...new Set(rings)].sort()).toEqual([
      'examples',
      'node_modules',
      'src/framework',
      'src/goplugin',
      'src/logical',
      'src/support',
      'src/vault',
    ]);
  });

  it('writes, reads, lists and deletes', async () => {
    await cli('write', 'hello/greeting/ada', 'text=Good morning');
    await cli('write', 'hello/greeting/grace', 'text=Hello');
    await cli('write', 'hello/greeting/grace', 'text=Good evening');
    expect(await cli('read', '-field=text', 'hello/greeting/grace')).toBe('Good evening');
    expect(await cli('read', '-field=text', 'hello/greeting/ada')).toBe('Good morning');
    expect(JSON.parse(await cli('list', '-format=json', 'hello/greeting'))).toEqual(['ada', 'grace']);

    await cli('delete', 'hello/greeting/ada');
    expect(JSON.parse(await cli('list', '-format=json', 'hello/greeting'))).toEqual(['grace']);
    await expect(cli('read', 'hello/greeting/ada')).rejects.toThrow('No value found at hello/greeting/ada');
    await cli('delete', 'hello/greeting/grace');
    expect((await server.http('LIST', 'hello/greeting')).status).toBe(404);
  });

  it('refuses with 400, and says why', async () => {
    const { status, body } = await server.http('POST', 'hello/greeting/ada', { text: '' });
    expect([status, body.errors]).toEqual([400, ['text is missing: give the words of the greeting']]);
  });

  it('explains itself', async () => {
    expect(await cli('path-help', 'hello')).toContain('The hello engine keeps greetings');
    const help = await cli('path-help', 'hello/greeting/ada');
    expect(help).toContain('Write, read and delete a greeting.');
    expect(help).toMatch(/text \(string\)\n\n +Words of the greeting\./);
  });

  it("is in the server's OpenAPI document", async () => {
    const { text } = await server.http('GET', 'sys/internal/specs/openapi');
    const { paths } = JSON.parse(text) as { paths: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
    const own = Object.entries(paths).filter(([path]) => path.startsWith('/hello/'));
    const methods = own.map(([path, item]) => [path, ['get', 'post', 'delete'].filter((method) => method in item)]);
    expect(Object.fromEntries(methods)).toEqual({
      '/hello/greeting/': ['get'],
      '/hello/greeting/{name}': ['get', 'post', 'delete'],
    });
  });

  it('keeps the greetings of two mounts apart, and over a restart', async () => {
    await cli('secrets', 'enable', '-path=other', 'hello');
    await cli('write', 'hello/greeting/ada', 'text=Hello');
    await cli('write', 'other/greeting/ada', 'text=Welcome');
    await server.restart();
    expect(await cli('read', '-field=text', 'hello/greeting/ada')).toBe('Hello');
    expect(await cli('read', '-field=text', 'other/greeting/ada')).toBe('Welcome');
  });
});
