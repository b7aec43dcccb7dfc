import { createServer, request as sendTo, type IncomingMessage, type RequestListener } from 'node:http';
import type { Server } from 'node:net';
import { onTestFinished } from 'vitest';
import { azureDriver } from '../../../src/providers/azure/driver.ts';
import type { KmsClient, KmsDriver } from '../../../src/providers/port.ts';
import { secret } from '../../../src/support/secret.ts';
import { allowing } from '../../support/allowing.ts';
import { clockOf } from '../../support/clock.ts';
import { listen as listenUntilEnd } from '../../support/listen.ts';
import { APPLICATION, azureUnderTest, type AzureUnderTest, type UnderTestOptions } from './cloud-under-test.ts';

/** A server, by its URL, until the test ends. */
export async function listen(server: Server): Promise<string> {
  // The driver closes idle connections after 5 s, at which a server must not be first.
  if ('keepAliveTimeout' in server) server.keepAliveTimeout = 60_000;
  return `http://${await listenUntilEnd(server)}`;
}

export const http = (answer: RequestListener): Promise<string> => listen(createServer(answer));

/** One request that came in, and where it was sent. */
export interface Asked {
  readonly to: 'login' | 'vault';
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly text: string;
}

/** An answer before it is sent; `raw` is sent in the place of `json`. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: unknown;
  readonly raw?: string | Buffer;
}

/** Changes an answer; undefined leaves it as it is, `never` sends none. */
export type Tamper = (asked: Asked, answer: Answer) => Partial<Answer> | 'never' | undefined;

/** A Key Vault and its sign-in service, whose answers are changed on their way. */
export interface Hostile {
  readonly azure: AzureUnderTest;
  readonly driver: KmsDriver;
  readonly url: string;
  readonly loginUrl: string;
  /** In order. */
  readonly asked: readonly Asked[];
  /** What the driver has waited between attempts, milliseconds. */
  readonly waits: readonly number[];
  /** Moves the driver's clock on. */
  pass(milliseconds: number): void;
  tamper(by: Tamper): void;
  open(credentials?: Readonly<Record<string, string>>): KmsClient;
}

export interface HostileOptions extends UnderTestOptions {
  /** @default 20 s, for what ends by itself */
  readonly limitMs?: number;
  /** Endpoints that the operator allows besides. */
  readonly allowed?: readonly string[];
}

export async function hostile({ limitMs = 20_000, allowed = [], ...options }: HostileOptions = {}): Promise<Hostile> {
  const azure = await azureUnderTest(options);
  onTestFinished(() => azure.stop());
  const asked: Asked[] = [];
  let tamper: Tamper = () => undefined;
  const serve = (to: Asked['to'], behind: string): Promise<string> =>
    http((request, response) => {
      const own = `http://${request.headers.host ?? ''}`;
      void (async () => {
        const text = await textOf(request);
        const { method = '', url = '' } = request;
        const one: Asked = { to, method, path: url.replace(/\?.*/, ''), text };
        asked.push(one);
        const honest = await forward(request, own, behind, text);
        const changed = tamper(one, honest) ?? {};
        if (changed === 'never') return;
        const { status, headers, json, raw } = { ...honest, ...changed };
        response.writeHead(status, headers).end(raw ?? JSON.stringify(json));
      })().catch(() => {
        // The vault behind has ended with its test, which did not wait for the answer.
        response.destroy();
      });
    });
  const url = await serve('vault', azure.vault.url);
  const loginUrl = await serve('login', azure.vault.loginUrl);
  const waits: number[] = [];
  let now = Date.now();
  const driver = azureDriver({
    env: allowing(url, loginUrl, ...allowed),
    retry: {
      clock: clockOf(() => now),
      random: () => 0,
      // Whatever is tried again is tried once.
      wait: async (milliseconds) => {
        waits.push(milliseconds);
        now += 60_000;
      },
    },
    requestTimeoutMs: limitMs,
  });
  return {
    azure,
    driver,
    url,
    loginUrl,
    asked,
    waits,
    pass(milliseconds) {
      now += milliseconds;
    },
    tamper(by) {
      tamper = by;
    },
    open(others = {}) {
      const credentials = azure.credentials({ endpoint: url, authority_host: loginUrl, ...others });
      const client = driver.connect({
        keyCollection: 'test-vault',
        credentials: Object.fromEntries(Object.entries(credentials).map(([name, value]) => [name, secret(value)])),
      });
      onTestFinished(() => {
        client.close();
      });
      return client;
    },
  };
}

/** The secret of the application, in all forms that a text may hold it in. */
export const SECRETS: readonly string[] = [APPLICATION.secret, encodeURIComponent(APPLICATION.secret)];

/** By a connection of its own: making keys blocks this process for longer than a server keeps an idle one. */
async function forward(request: IncomingMessage, own: string, behind: string, text: string): Promise<Answer> {
  const { authorization, 'content-type': type } = request.headers;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    sendTo(behind + (request.url ?? ''), {
      agent: false,
      method: request.method ?? 'GET',
      headers: {
        ...(authorization !== undefined && { authorization }),
        ...(type !== undefined && { 'content-type': type }),
      },
    })
      .once('response', resolve)
      .once('error', reject)
      .end(withOrigin(text, own, behind));
  });
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  for (const name of ['www-authenticate', 'x-ms-request-id']) {
    const value = answer.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  const body = (await textOf(answer)).replaceAll(behind, own);
  return { status: answer.statusCode ?? 0, headers, json: body === '' ? {} : (JSON.parse(body) as unknown) };
}

/** The key transfer blob names the key exchange key by its URL. */
function withOrigin(text: string, from: string, to: string): string {
  const [, blob] = /"key_hsm":"([\w-]+)"/.exec(text) ?? [];
  if (blob === undefined) return text;
  const file = Buffer.from(blob, 'base64url').toString().replaceAll(from, to);
  return text.replace(blob, Buffer.from(file).toString('base64url'));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
