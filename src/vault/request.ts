import {
  BackendError,
  isJsonObject,
  type JsonObject,
  type Request,
  type Storage,
  type SystemView,
} from '../logical/index.ts';
import type { Header__Output } from './generated/pb/Header.ts';
import type { Request__Output } from './generated/pb/Request.ts';
import { isDeeperThan } from './json-depth.ts';

/** What a request needs beside its message. */
export interface RequestScope {
  readonly storage: Storage;
  readonly system: SystemView;
  readonly signal: AbortSignal;
}

const NO_DATA: JsonObject = {};

/** No field is nested half as deep, and whoever walks through data does so by recursion: its stack must hold. */
const MAX_DEPTH = 512;

/**
 * Takes a request over from the wire.
 *
 * @throws {BackendError} invalid_request when `data` is no JSON object, or nested too deeply
 */
export function fromWireRequest(message: Request__Output | null, scope: RequestScope): Request {
  if (!message) throw new BackendError('invalid_request', 'the call carries no request');
  return {
    id: message.id,
    operation: message.operation,
    path: message.path,
    data: parseData(message.data),
    mountPoint: message.mount_point,
    displayName: message.display_name,
    entityId: message.entity_id,
    headers: fromWireHeaders(message.headers),
    ...scope,
  };
}

// A request without a body or a query carries `null`.
function parseData(text: string): JsonObject {
  if (text === '' || text === 'null') return NO_DATA;
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    // The parser's own message would quote the text.
    throw new BackendError('invalid_request', 'request data is not JSON');
  }
  if (isDeeperThan(MAX_DEPTH, data)) throw new BackendError('invalid_request', 'request data is nested too deeply');
  if (!isJsonObject(data)) throw new BackendError('invalid_request', 'request data is not a JSON object');
  return data;
}

function fromWireHeaders(headers: Record<string, Header__Output>): Request['headers'] {
  return Object.fromEntries(Object.entries(headers).map(([name, { header }]) => [name, header]));
}
