import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { succeed } from '../../../dev/dist/pinned-package.ts';

/** A registry on loopback, plain HTTP, that images are pulled from. */
interface ImageRegistry {
  /** `127.0.0.1:<port>`, what the name of an image begins with. */
  readonly name: string;
  stop(): Promise<void>;
}

interface Index {
  readonly manifests: readonly {
    readonly platform: { readonly architecture: string; readonly os: string };
    readonly annotations?: Readonly<Record<string, string>>;
  }[];
}

/**
 * Serves the image of an OCI image layout in a tar file: what the OCI distribution specification asks of pulls, under any
 * repository name. Its tag leads to an index, as that of a release does, where another platform's image stands first.
 *
 * @param scratch - a folder for the unpacked layout; for the caller to remove
 */
export async function startImageRegistry(archive: string, scratch: string): Promise<ImageRegistry> {
  const blobs = join(scratch, 'blobs/sha256');
  await mkdir(scratch, { recursive: true });
  await succeed('tar', ['-xf', archive, '-C', scratch, '--no-same-owner'], process.env);
  const index = JSON.parse(await readFile(join(scratch, 'index.json'), 'utf8')) as Index;
  const [image] = index.manifests;
  const tag = image?.annotations?.['org.opencontainers.image.ref.name'];
  const absent = { ...image, digest: `sha256:${'0'.repeat(64)}`, platform: { architecture: 's390x', os: 'linux' } };
  const text = JSON.stringify({ ...index, manifests: [absent, ...index.manifests] });
  const hash = createHash('sha256').update(text).digest('hex');
  await writeFile(join(blobs, hash), text);

  const send = async (head: boolean, kind: string, reference: string, response: ServerResponse): Promise<void> => {
    const digest = kind === 'manifests' && reference === tag ? `sha256:${hash}` : reference;
    const [, name = 'none'] = /^sha256:([0-9a-f]{64})$/.exec(digest) ?? [];
    const file = await stat(join(blobs, name)).catch(() => undefined);
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    const manifest = name === hash ? 'vnd.oci.image.index.v1+json' : 'vnd.oci.image.manifest.v1+json';
    response.writeHead(200, {
      'content-type': `application/${kind === 'manifests' ? manifest : 'octet-stream'}`,
      'content-length': file.size,
      'docker-content-digest': digest,
    });
    if (head) response.end();
    else createReadStream(join(blobs, name)).pipe(response);
  };
  const server = createServer(({ method, url = '' }, response) => {
    const [, kind = '', reference = ''] = /^\/v2\/.+\/(manifests|blobs)\/([^/]+)$/.exec(url) ?? [];
    if (url === '/v2/') response.end('{}');
    else void send(method === 'HEAD', kind, reference, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    name: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
