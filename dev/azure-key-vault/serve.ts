import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { NoAnswer, strike, type FaultChoice, type FaultError } from '../fake-cloud/faults.ts';
import { answer, listen, readBody, type LoopbackServer } from '../fake-cloud/http.ts';
import type { VaultCallLog, VaultFaultCall } from './calls.ts';
import { EntraError, renderEntraError } from './entra-error.ts';
import { KeyVaultError } from './errors.ts';
import { handleRequest, type VaultHandler } from './handle-request.ts';
import { issueToken, type Directory } from './login.ts';
import { identityToken, type IdentityEndpoint } from './managed-identity.ts';

const CONTENT_TYPE = 'application/json; charset=utf-8';
const HSTS = 'max-age=31536000;includeSubDomains';

/** What the endpoints share. */
export interface Served {
  /** Milliseconds. */
  readonly now: () => number;
  readonly log: VaultCallLog;
  readonly chooseFault: FaultChoice<VaultFaultCall>;
}

/** Serves one vault. @param vaultUrl @default that of its server */
export async function serveVault(
  handler: Omit<VaultHandler, 'url'>,
  port: number,
  vaultUrl?: string,
): Promise<LoopbackServer> {
  const server = await listen(port, async (request, response) => {
    const requestId = begin(request, response, handler.now());
    response.setHeader('x-ms-keyvault-region', 'westeurope');
    response.setHeader('x-ms-keyvault-service-version', '1.9.2500.1');
    const body = await readBody(request);
    const { method = '', url = '/', headers } = request;
    const handle = async (): Promise<void> => {
      const called = { method, url, headers, body };
      const output = await handleRequest({ ...handler, url: vaultUrl ?? server.url }, called, requestId);
      if (output === undefined) response.writeHead(204).end();
      else answer(response, 200, output, CONTENT_TYPE);
    };
    // The messages of a Managed HSM end so.
    const suffix = handler.vault.sku === 'managedHsm' ? ` (Activity ID: ${requestId})` : '';
    await respond(request, response, handle, suffix);
  });
  return server;
}

/** Serves `POST /{tenant}/oauth2/v2.0/token`. */
export async function serveLogin(
  directory: Omit<Directory, 'authority'> & Served,
  port: number,
): Promise<LoopbackServer> {
  const server = await listen(port, async (request, response) => {
    const requestId = begin(request, response, directory.now());
    const parameters = new URLSearchParams((await readBody(request)).toString());
    const [, tenant] = /^\/([^/]+)\/oauth2\/v2\.0\/token$/.exec(pathOf(request)) ?? [];
    await respond(request, response, async () => {
      if (tenant === undefined || request.method !== 'POST') {
        answer(response, 404, { error: 'not_found' }, CONTENT_TYPE);
        return;
      }
      const clientId = parameters.get('client_id') ?? '';
      try {
        const token = await logged(directory, { action: 'Token', requestId, clientId }, () =>
          issueToken({ ...directory, authority: server.url }, decodeURIComponent(tenant), parameters, directory.now()),
        );
        answer(response, 200, token, CONTENT_TYPE);
      } catch (error) {
        if (!(error instanceof EntraError)) throw error;
        answer(response, error.status, renderEntraError(error, directory.now(), server.url), CONTENT_TYPE);
      }
    });
  });
  return server;
}

/** Serves the metadata service of a virtual machine, and the identity endpoint of App Service. */
export function serveIdentities(endpoint: IdentityEndpoint & Served, port: number): Promise<LoopbackServer> {
  return listen(port, async (request, response) => {
    const requestId = begin(request, response, endpoint.now());
    const { searchParams: query } = new URL(request.url ?? '/', 'http://127.0.0.1');
    await respond(request, response, async () => {
      const clientId = query.get('client_id') ?? '';
      const asked = { path: pathOf(request), query, headers: request.headers };
      const { status, body } = await logged(endpoint, { action: 'ManagedIdentityToken', requestId, clientId }, () =>
        identityToken(endpoint, asked, endpoint.now()),
      );
      answer(response, status, body, CONTENT_TYPE);
    });
  });
}

const pathOf = (request: IncomingMessage): string => new URL(request.url ?? '/', 'http://127.0.0.1').pathname;

function begin(request: IncomingMessage, response: ServerResponse, now: number): string {
  const requestId = randomUUID();
  response.setHeader('date', new Date(now).toUTCString());
  response.setHeader('cache-control', 'no-cache');
  response.setHeader('strict-transport-security', HSTS);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('x-ms-request-id', requestId);
  const asked = request.headers['x-ms-client-request-id'];
  if (typeof asked === 'string') response.setHeader('x-ms-client-request-id', asked);
  return requestId;
}

/** Sends what a handler throws. @param suffix of its message */
async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  handle: () => Promise<void>,
  suffix = '',
): Promise<void> {
  try {
    await handle();
  } catch (error) {
    if (error instanceof NoAnswer) {
      if (error.how === 'dropped') request.socket.destroy();
      return;
    }
    const { status, code, message, inner, headers } =
      error instanceof KeyVaultError ? error : new KeyVaultError(500, 'InternalError', String(error));
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const innererror = inner === undefined ? {} : { innererror: { code: inner } };
    answer(response, status, { error: { code, message: message + suffix, ...innererror } }, CONTENT_TYPE);
  }
}

/** Runs a call of the login or identity endpoint, with its entry in the log and its fault. */
async function logged<Result>(
  { log, chooseFault }: Served,
  known: { readonly action: string; readonly requestId: string; readonly clientId: string },
  run: () => Result,
): Promise<Result> {
  const entry = log.start({ ...known, vault: '', key: '' });
  const { action, clientId } = known;
  const call = { action, clientId, vault: '', key: '', number: log.calls().length, nth: log.count(action) };
  try {
    const fault = await chooseFault(call);
    await strike(fault, 'before', asError);
    const result = run();
    entry.effect = true;
    await strike(fault, 'after', asError);
    entry.outcome = 'ok';
    return result;
  } catch (error) {
    entry.outcome = error instanceof NoAnswer ? error.how : error instanceof Error ? error.name : 'InternalError';
    throw error;
  }
}

const asError = ({ code, message = '', status }: FaultError): Error => new KeyVaultError(status, code, message);
