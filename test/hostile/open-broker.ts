import type { ClientDuplexStream } from '@grpc/grpc-js';
import type { ConnInfo, ConnInfo__Output } from '../../src/goplugin/generated/plugin/ConnInfo.ts';
import type { Host } from '../support/host/start-host.ts';

/** Opens a broker stream beside the host's own. */
export function openBroker({ client, wire }: Host): ClientDuplexStream<ConnInfo, ConnInfo__Output> {
  const { path, requestSerialize, responseDeserialize } = wire.broker.StartStream;
  const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  stream.on('error', () => undefined);
  stream.resume();
  return stream;
}
