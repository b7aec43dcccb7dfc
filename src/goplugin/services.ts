import { status, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';
import type { CallRegistry } from './call-registry.ts';
import type { HealthHandlers } from './generated/grpc/health/v1/Health.ts';
import type { GRPCControllerHandlers } from './generated/plugin/GRPCController.ts';
import type { GRPCStdioHandlers } from './generated/plugin/GRPCStdio.ts';
import { RpcError } from './rpc-error.ts';

/** A gRPC service and what answers it. */
export interface Service {
  readonly definition: ServiceDefinition;
  readonly handlers: UntypedServiceImplementation;
}

/** The host's request to leave: it is answered first, and `onShutdown` called after. */
export function controllerHandlers(calls: CallRegistry, onShutdown: () => void): GRPCControllerHandlers {
  return {
    Shutdown: calls.unary(async () => {
      setImmediate(onShutdown);
      return {};
    }),
  };
}

/** The plugin's output as a stream. There never is any, but a host logs it as a fault when the stream is missing or ends. */
export function stdioHandlers(calls: CallRegistry): GRPCStdioHandlers {
  return {
    StreamStdio: (call) => {
      calls.keep(call);
    },
  };
}

/** Names under which go-plugin's `Ping` and a plain gRPC client ask. */
const HEALTHY_SERVICES: readonly string[] = ['plugin', ''];

/** The standard health check (grpc.health.v1). */
export function healthHandlers(calls: CallRegistry): HealthHandlers {
  return {
    Check: calls.unary(async ({ service }) => {
      if (!HEALTHY_SERVICES.includes(service)) throw new RpcError(status.NOT_FOUND, 'unknown service');
      return { status: 'SERVING' };
    }),
    Watch: (call) => {
      calls.keep(call);
      call.write({ status: HEALTHY_SERVICES.includes(call.request.service) ? 'SERVING' : 'SERVICE_UNKNOWN' });
    },
  };
}
