import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InterceptingCall, type Interceptor } from '@grpc/grpc-js';
import { knownSecrets, refuseLeaks, type Seen } from '../../../dev/secrecy/known-secrets.ts';
import { secretsInRequest } from '../../../dev/secrecy/secrets-in-record.ts';
import type { Storage } from '../../../src/logical/index.ts';
import { noteStorage } from '../secrecy/note-storage.ts';
import type { PluginChild } from './child.ts';

/** Knows the secrets that a plugin is given or makes, and sees every byte that comes out of it. */
export interface PluginWatch {
  know(what: string, secret: Uint8Array): void;
  hear(where: string, text: string): void;
  /** Hears every answer and every status, as bytes; knows the credentials in every request. */
  readonly interceptor: Interceptor;
  storage(storage: Storage): Storage;
  /** @throws {Error} naming the secrets in what was answered, printed, or written to the folder */
  check(child: Pick<PluginChild, 'printed'>, folder: string): Promise<void>;
}

export function watchPlugin(): PluginWatch {
  const secrets = knownSecrets();
  const heard: Seen[] = [];
  return {
    know: (what, secret) => {
      secrets.add(what, secret);
    },
    hear: (where, text) => {
      heard.push({ where, text });
    },
    storage: (storage) => noteStorage(storage, secrets),
    interceptor: (options, next) => {
      const { path, responseDeserialize } = options.method_definition;
      const hearing = {
        ...options.method_definition,
        responseDeserialize: (bytes: Buffer): unknown => {
          heard.push({ where: `an answer to ${path}`, text: Buffer.from(bytes) });
          return responseDeserialize(bytes);
        },
      };
      return new InterceptingCall(next({ ...options, method_definition: hearing }), {
        start(metadata, _listener, start) {
          start(metadata, {
            onReceiveStatus(status, pass) {
              heard.push({ where: `the status of ${path}`, text: status.details + JSON.stringify(status.metadata) });
              pass(status);
            },
          });
        },
        sendMessage(message, send) {
          for (const { what, bytes } of credentialsIn(message)) secrets.add(what, bytes);
          send(message);
        },
      });
    },
    async check(child, folder) {
      refuseLeaks(secrets.leaksIn([...heard, ...child.printed(), ...(await filesIn(folder))]));
    },
  };
}

/** Credentials in the arguments of HandleRequest and HandleExistenceCheck. */
function credentialsIn(message: unknown): ReturnType<typeof secretsInRequest> {
  const { request } = message as { readonly request?: { readonly path?: string; readonly data?: string } };
  if (request?.path === undefined || request.data === undefined) return [];
  try {
    return secretsInRequest(request.path, JSON.parse(request.data));
  } catch {
    return [];
  }
}

async function filesIn(folder: string): Promise<readonly Seen[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return Promise.all(
    entries.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      return { where: 'a file', text: entry.isFile() ? await readFile(path) : path };
    }),
  );
}
