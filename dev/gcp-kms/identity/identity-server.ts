import type { IncomingMessage, ServerResponse } from 'node:http';
import { answer, readBody } from '../../fake-cloud/http.ts';
import { GoogleError, renderError } from '../errors.ts';
import type { LogCall } from '../log-call.ts';
import { generateAccessToken } from './iam-credentials.ts';
import type { IdentityAnswer, IdentityCall, IdentityContext } from './identity-call.ts';
import { MetadataError, readMetadata } from './metadata-server.ts';
import { OAuthError, renderOAuthError } from './oauth-error.ts';
import { exchangeToken } from './security-token-service.ts';
import { exchangeAssertion } from './token-endpoint.ts';

interface Endpoint {
  readonly action: string;
  readonly answer: (context: IdentityContext, call: IdentityCall) => IdentityAnswer;
  /** What a fault of this endpoint is to the client. */
  readonly toError: (code: string, message: string, status: number) => Error;
}

const oauth = (code: string, message: string, status: number): Error => new OAuthError(code, message, status);
const google = (code: string, message: string, status: number): Error => new GoogleError(code, message, status);
const plain = (_code: string, message: string, status: number): Error => new MetadataError(status, message);

/** By method and path. Google has each on a host of its own. */
function endpointOf(method: string, path: string): Endpoint | undefined {
  if (method === 'POST' && path === '/token') return { action: 'Token', answer: exchangeAssertion, toError: oauth };
  if (method === 'POST' && path === '/v1/token')
    return { action: 'ExchangeToken', answer: exchangeToken, toError: oauth };
  if (method === 'POST' && /^\/v1\/projects\/-\/serviceAccounts\/[^/]+:generateAccessToken$/.test(path)) {
    return { action: 'GenerateAccessToken', answer: generateAccessToken, toError: google };
  }
  if (method === 'GET' && (path === '/' || path.startsWith('/computeMetadata/v1/'))) {
    return { action: 'Metadata', answer: readMetadata, toError: plain };
  }
  return undefined;
}

/** Answers one request to Google's token services or the metadata server. */
export async function serveIdentity(
  context: IdentityContext,
  logCall: LogCall,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const path = decodeURIComponent(url.pathname);
  const endpoint = endpointOf(request.method ?? '', path);
  if (endpoint === undefined) {
    answer(response, 404, { error: 'no such endpoint' }, JSON_TYPE);
    return;
  }
  const { action, toError } = endpoint;
  if (action === 'Metadata') response.setHeader('metadata-flavor', 'Google');
  try {
    const result = await logCall({ action, resource: path, toError }, (logged) => {
      const callerIs = (caller: string): void => {
        logged.caller = caller;
      };
      const { headers } = request;
      return endpoint.answer(context, { path, query: url.searchParams, headers, body, callerIs });
    });
    if ('json' in result) answer(response, 200, result.json, JSON_TYPE);
    else response.writeHead(200, { 'content-type': 'application/text' }).end(result.text);
  } catch (error) {
    if (error instanceof OAuthError) answer(response, error.status, renderOAuthError(error), JSON_TYPE);
    else if (error instanceof GoogleError) answer(response, error.status, renderError(error), JSON_TYPE);
    else if (error instanceof MetadataError) {
      response.writeHead(error.status, { 'content-type': 'text/html; charset=UTF-8' }).end(error.message);
    } else throw error;
  }
}

const JSON_TYPE = 'application/json; charset=UTF-8';
