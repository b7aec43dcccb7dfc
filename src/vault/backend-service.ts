import { status } from '@grpc/grpc-js';
import type { CallContext, UnaryHandler } from '../goplugin/call-registry.ts';
import { describeFault } from '../goplugin/fault.ts';
import { RpcError } from '../goplugin/rpc-error.ts';
import type { PluginContext } from '../goplugin/serve.ts';
import { errorResponse, isUserError } from '../logical/index.ts';
import type { Logger } from '../support/logger.ts';
import { isMistake, toProtoError } from './errors.ts';
import type { BackendHandlers } from './generated/pb/Backend.ts';
import type { HandleExistenceCheckArgs__Output } from './generated/pb/HandleExistenceCheckArgs.ts';
import type { HandleExistenceCheckReply } from './generated/pb/HandleExistenceCheckReply.ts';
import type { HandleRequestArgs__Output } from './generated/pb/HandleRequestArgs.ts';
import type { HandleRequestReply } from './generated/pb/HandleRequestReply.ts';
import type { Mount, Mounts } from './mounts.ts';
import { fromWireRequest, type RequestScope } from './request.ts';
import { toWirePaths, toWireResponse } from './response.ts';

/** `logical.TypeLogical`: a secrets engine. */
const SECRETS_ENGINE = 1;

export interface BackendServiceOptions {
  readonly mounts: Mounts;
  readonly unary: PluginContext['unary'];
  readonly logger: Logger;
  /** In metadata mode the process only tells what the plugin is. */
  readonly metadataMode: boolean;
}

/** Answers `pb.Backend`, the calls of the server on a mount. */
export function backendHandlers({ mounts, unary, logger, metadataMode }: BackendServiceOptions): BackendHandlers {
  const serving = <Args, Reply>(handler: UnaryHandler<Args, Reply>): UnaryHandler<Args, Reply> =>
    metadataMode ? refuse : handler;

  const logged = (error: unknown): unknown => {
    if (isMistake(error)) logger.error('request failed unexpectedly', describeFault(error));
    return error;
  };

  const handleRequest = async (args: HandleRequestArgs__Output, call: CallContext): Promise<HandleRequestReply> => {
    const mount = mounts.find(call.metadata);
    try {
      const request = fromWireRequest(args.request, scope(mount, call));
      return { response: toWireResponse(await mount.backend.handleRequest(request)) };
    } catch (error) {
      // A server answers 500 to err_type 1 here; its own engines give such a text as a response.
      if (isUserError(error)) return { response: toWireResponse(errorResponse(error.message)) };
      return { err: toProtoError(logged(error)) };
    }
  };

  const handleExistenceCheck = async (
    args: HandleExistenceCheckArgs__Output,
    call: CallContext,
  ): Promise<HandleExistenceCheckReply> => {
    const mount = mounts.find(call.metadata);
    try {
      const request = fromWireRequest(args.request, scope(mount, call));
      const { found, exists } = await mount.backend.handleExistenceCheck(request);
      return { check_found: found, exists };
    } catch (error) {
      return { err: toProtoError(logged(error)) };
    }
  };

  return {
    Setup: unary(async (args, { metadata, signal }) => {
      try {
        await mounts.setup(args, metadata, signal);
        return {};
      } catch (error) {
        if (error instanceof RpcError) throw error;
        return { err: toProtoError(logged(error)).err_msg || 'the plugin cannot be set up' };
      }
    }),
    Initialize: unary(
      serving(async (_args, call) => {
        const mount = mounts.find(call.metadata);
        try {
          await mount.backend.initialize(scope(mount, call));
          return {};
        } catch (error) {
          return { err: toProtoError(logged(error)) };
        }
      }),
    ),
    Type: unary(async () => ({ type: SECRETS_ENGINE })),
    SpecialPaths: unary(async (_args, { metadata }) => ({
      paths: toWirePaths(mounts.find(metadata).backend.specialPaths),
    })),
    HandleRequest: unary(serving(handleRequest)),
    HandleExistenceCheck: unary(serving(handleExistenceCheck)),
    InvalidateKey: unary(
      serving(async ({ key }, { metadata }) => {
        mounts.find(metadata).backend.invalidateKey(key);
        return {};
      }),
    ),
    Cleanup: unary(async (_args, { metadata, signal }) => {
      await mounts.cleanup({ metadata, signal: metadataMode ? undefined : signal });
      return {};
    }),
  };
}

function scope(mount: Mount, { signal, metadata }: CallContext): RequestScope {
  return { storage: mount.storageFor(metadata), system: mount.system, signal };
}

async function refuse(): Promise<never> {
  throw new RpcError(status.UNKNOWN, 'plugin server can not perform action while in metadata mode');
}
