import { status } from '@grpc/grpc-js';
import type { CallContext, UnaryHandler } from '../goplugin/call-registry.ts';
import { describeFault } from '../goplugin/fault.ts';
import { RpcError } from '../goplugin/rpc-error.ts';
import type { PluginContext } from '../goplugin/start-serving.ts';
import { errorResponse, isUserError } from '../logical/index.ts';
import type { Timer } from '../support/budget.ts';
import type { WallClock } from '../support/clock.ts';
import type { Logger } from '../support/logger.ts';
import { isMistake, toProtoError } from './errors.ts';
import type { BackendHandlers } from './generated/pb/Backend.ts';
import type { HandleExistenceCheckArgs__Output } from './generated/pb/HandleExistenceCheckArgs.ts';
import type { HandleExistenceCheckReply } from './generated/pb/HandleExistenceCheckReply.ts';
import type { HandleRequestArgs__Output } from './generated/pb/HandleRequestArgs.ts';
import type { HandleRequestReply } from './generated/pb/HandleRequestReply.ts';
import type { MountedBackend, MountedBackends } from './mounted-backends.ts';
import { fromWireRequest, type RequestScope } from './request.ts';
import { withRequestBudget } from './request-budget.ts';
import { toWirePaths, toWireResponse } from './response.ts';

/** `logical.TypeLogical`: a secrets engine. */
const SECRETS_ENGINE = 1;

export interface BackendServiceOptions {
  readonly backends: MountedBackends;
  readonly unary: PluginContext['unary'];
  readonly logger: Logger;
  readonly clock: WallClock;
  readonly timer: Timer;
  /** In metadata mode the process only tells what the plugin is. */
  readonly metadataMode: boolean;
}

/** Answers `pb.Backend`, the calls of the server on a mounted backend. */
export function backendHandlers(options: BackendServiceOptions): BackendHandlers {
  const { backends, unary, logger, metadataMode } = options;
  const serving = <Args, Reply>(handler: UnaryHandler<Args, Reply>): UnaryHandler<Args, Reply> =>
    metadataMode ? refuse : handler;

  const scoped = <T>(
    mounted: MountedBackend,
    call: CallContext,
    task: (scope: RequestScope) => Promise<T>,
  ): Promise<T> =>
    withRequestBudget(options, call, (signal) =>
      task({
        storage: mounted.storageFor(call.metadata),
        system: mounted.system,
        signal,
      }),
    );

  const logged = (error: unknown): unknown => {
    if (isMistake(error)) logger.error('request failed unexpectedly', describeFault(error));
    return error;
  };

  const handleRequest = async (args: HandleRequestArgs__Output, call: CallContext): Promise<HandleRequestReply> => {
    const mounted = backends.find(call.metadata);
    try {
      return await scoped(mounted, call, async (scope) => {
        const request = fromWireRequest(args.request, scope);
        return { response: toWireResponse(await mounted.backend.handleRequest(request)) };
      });
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
    const mounted = backends.find(call.metadata);
    try {
      return await scoped(mounted, call, async (scope) => {
        const { found, exists } = await mounted.backend.handleExistenceCheck(fromWireRequest(args.request, scope));
        return { check_found: found, exists };
      });
    } catch (error) {
      return { err: toProtoError(logged(error)) };
    }
  };

  return {
    Setup: unary(async (args, { metadata, signal }) => {
      try {
        await backends.setup(args, metadata, signal);
        return {};
      } catch (error) {
        if (error instanceof RpcError) throw error;
        return { err: toProtoError(logged(error)).err_msg || 'the plugin cannot be set up' };
      }
    }),
    Initialize: unary(
      serving(async (_args, call) => {
        const mounted = backends.find(call.metadata);
        try {
          await scoped(mounted, call, (scope) => mounted.backend.initialize(scope));
          return {};
        } catch (error) {
          return { err: toProtoError(logged(error)) };
        }
      }),
    ),
    Type: unary(async () => ({ type: SECRETS_ENGINE })),
    SpecialPaths: unary(async (_args, { metadata }) => ({
      paths: toWirePaths(backends.find(metadata).backend.specialPaths),
    })),
    HandleRequest: unary(serving(handleRequest)),
    HandleExistenceCheck: unary(serving(handleExistenceCheck)),
    InvalidateKey: unary(
      serving(async ({ key }, { metadata }) => {
        backends.find(metadata).backend.invalidateKey(key);
        return {};
      }),
    ),
    Cleanup: unary(async (_args, call) => {
      const { metadata } = call;
      if (metadataMode) await backends.cleanup({ metadata, signal: undefined });
      else await withRequestBudget(options, call, (signal) => backends.cleanup({ metadata, signal }));
      return {};
    }),
  };
}

async function refuse(): Promise<never> {
  throw new RpcError(status.UNKNOWN, 'plugin server can not perform action while in metadata mode');
}
