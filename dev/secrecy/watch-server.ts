import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Answer, Method } from '../servers/http-client.ts';
import { knownSecrets, type Leak, type Seen } from './known-secrets.ts';
import { storedSecrets } from './stored-secrets.ts';

/** A server, or a cluster of them, with the engine. */
export interface WatchedServer {
  /** Sends a request as root. */
  http(method: Method, path: string, body?: unknown): Promise<Answer>;
  /** Where it writes, with its logs, its storage and its plugins' TMPDIR; the first is given the audit log. */
  readonly folders: readonly [string, ...string[]];
}

/** Knows what must not be seen of a server, and sees everything. */
export interface ServerWatch {
  know(what: string, secret: string): void;
  hear(where: string, text: string): void;
  /** Gets to know all secrets in storage now. @returns how many pieces of key material are known by now */
  noteStorage(): Promise<number>;
  /** Where secrets were seen: in what was heard, in the audit log, and in all files outside of the barrier. */
  leaks(): Promise<readonly Leak[]>;
}

const AUDIT_LOG = 'audit.log';
/** What is put there is a copy of the plugin. */
const PROGRAMS: readonly string[] = ['plugins', 'build'];

/** Turns the audit log on, without `log_raw`. @throws {Error} where the server refuses */
export async function watchServer(server: WatchedServer): Promise<ServerWatch> {
  const secrets = knownSecrets();
  const heard: Seen[] = [];
  const material = new Set<string>();
  const options = { file_path: join(server.folders[0], AUDIT_LOG) };
  const { status, text } = await server.http('PUT', 'sys/audit/file', { type: 'file', options });
  if (status >= 300) throw new Error(`the audit log cannot be turned on: ${text}`);

  const watch: ServerWatch = {
    know: (what, secret) => {
      secrets.add(what, Buffer.from(secret));
    },
    hear: (where, said) => {
      heard.push({ where, text: said });
    },
    async noteStorage() {
      for (const { what, bytes } of await storedSecrets(server)) {
        secrets.add(what, bytes);
        if (what.includes('material/')) material.add(bytes.toString('hex'));
      }
      return material.size;
    },
    async leaks() {
      await watch.noteStorage();
      const files = (await Promise.all(server.folders.map(filesOf))).flat();
      // The names of records are not encrypted: where they are not seen, the search looks at the wrong files.
      if (!files.some(({ text: each }) => each.includes('logical/'))) throw new Error('no records in the files');
      if (!files.some(({ where }) => where.endsWith(AUDIT_LOG))) throw new Error('no audit log');
      return secrets.leaksIn([...heard, ...files]);
    },
  };
  return watch;
}

async function filesOf(folder: string): Promise<readonly { readonly where: string; readonly text: Buffer }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const looked = files.filter((file) => !PROGRAMS.some((name) => file.startsWith(`${join(folder, name)}/`)));
  return Promise.all(
    looked.map(async (file) => {
      const where = `file ${file.slice(folder.length + 1)}`;
      // Removed since it was listed.
      const bytes = await readFile(file).catch(() => Buffer.alloc(0));
      return { where, text: file.endsWith(AUDIT_LOG) ? withoutRawStorage(bytes) : withoutHoles(bytes) };
    }),
  );
}

const EMPTY_PAGE = Buffer.alloc(4096);

// A database's file is empty pages for the most part. Page by page, as an expression fails on a long run of zeros.
function withoutHoles(bytes: Buffer): Buffer {
  const pages: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += EMPTY_PAGE.length) {
    const page = bytes.subarray(at, at + EMPTY_PAGE.length);
    if (!page.equals(EMPTY_PAGE)) pages.push(page);
  }
  return Buffer.concat(pages);
}

// Servers put what sys/raw answers in the audit log as it is: that is our own look at storage.
function withoutRawStorage(auditLog: Buffer): Buffer {
  const lines = auditLog.toString('utf8').split('\n');
  return Buffer.from(lines.filter((line) => !/"path": ?"sys\/raw\//.test(line)).join('\n'));
}
