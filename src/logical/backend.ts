import type { Logger } from '../support/logger.ts';
import type { EventSender } from './events.ts';
import type { JsonObject } from './json.ts';
import type { Storage } from './storage.ts';
import type { SystemView } from './system-view.ts';

/** What a request asks for (Vault: `logical.Operation`); `scan` is OpenBao's. */
export type Operation =
  | 'create'
  | 'update'
  | 'patch'
  | 'read'
  | 'list'
  | 'scan'
  | 'delete'
  | 'help'
  | 'header'
  | 'renew'
  | 'revoke'
  | 'rollback';

/** One request to a mount (Vault: `logical.Request`). */
export interface Request {
  readonly id: string;
  /** An {@link Operation}; a newer server may send one that is unknown here. */
  readonly operation: Operation | (string & {});
  /** Path below the mount, without a leading slash. */
  readonly path: string;
  /** Body or query; empty when there is none. */
  readonly data: JsonObject;
  readonly mountPoint: string;
  readonly displayName: string;
  readonly entityId: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly storage: Storage;
  readonly system: SystemView;
  /** Aborted when the client is gone or the server's deadline has passed. */
  readonly signal: AbortSignal;
}

/** The answer to a request; undefined where it is empty (204, or 404 for a read). */
export interface Response {
  readonly data?: JsonObject;
  readonly warnings?: readonly string[];
}

/** An answer of status 400 with one text (Vault: `logical.ErrorResponse`). */
export function errorResponse(text: string): Response {
  return { data: { error: text } };
}

/** An answer that is not Vault's JSON. */
export interface RawAnswer {
  /** HTTP status. */
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** An answer that the server passes on as it is, without its envelope (Vault: `logical.HTTPRawBody` and the others). */
export function rawResponse({ status, contentType, body }: RawAnswer): Response {
  return {
    data: {
      http_status_code: status,
      http_content_type: contentType,
      // A server decodes a body that happens to be base64, so that only one that is arrives unchanged.
      http_raw_body: Buffer.from(body).toString('base64'),
    },
  };
}

/** The answer to a list (Vault: `logical.ListResponse`); the server answers an empty one with 404. */
export function listResponse(keys: readonly string[]): Response {
  return keys.length === 0 ? {} : { data: { keys } };
}

/** What an existence check found; `found` is false where the path has no such check. */
export interface ExistenceCheck {
  readonly found: boolean;
  readonly exists: boolean;
}

/** Paths that the server treats specially (Vault: `logical.Paths`); storage keys for the `…Storage` members. */
export interface SpecialPaths {
  readonly root?: readonly string[];
  readonly unauthenticated?: readonly string[];
  readonly localStorage?: readonly string[];
  readonly sealWrapStorage?: readonly string[];
}

/** What every call outside a request brings along. */
export interface BackendContext {
  readonly storage: Storage;
  readonly system: SystemView;
  readonly signal: AbortSignal;
}

/** One mount of a secrets engine (Vault: `logical.Backend`). */
export interface Backend {
  readonly specialPaths: SpecialPaths;
  /** Called once, when the storage may be written. */
  initialize(context: BackendContext): Promise<void>;
  handleRequest(request: Request): Promise<Response | undefined>;
  handleExistenceCheck(request: Request): Promise<ExistenceCheck>;
  /** The record at a storage key was changed by somebody else: forget what is remembered of it. */
  invalidateKey(key: string): void;
  /**
   * The mount is going: close clients, stop timers. A mount that is being disabled is `tainted` now, and its storage,
   * still there, is wiped next; one whose server is sealed or whose plugin is reloaded is not. Without `context` the
   * process ends, and the server can be asked nothing.
   */
  cleanup(context: BackendContext | undefined): Promise<void>;
}

/** What a backend is made from (Vault: `logical.BackendConfig`). Storage may not be touched before `initialize`. */
export interface BackendConfig {
  /** Stable id of the mount; empty while the plugin is being registered. */
  readonly backendUUID: string;
  /** Mount options, with `plugin_name`, `plugin_type` and `plugin_version`. */
  readonly options: Readonly<Record<string, string>>;
  /** Goes to the server's log. */
  readonly logger: Logger;
  readonly events: EventSender;
}

/** Makes the backend of one mount. */
export type BackendFactory = (config: BackendConfig) => Promise<Backend> | Backend;
