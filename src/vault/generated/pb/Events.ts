// Original file: proto/vault/events.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { Empty as _pb_Empty, Empty__Output as _pb_Empty__Output } from '../pb/Empty.ts';
import type { SendEventRequest as _pb_SendEventRequest, SendEventRequest__Output as _pb_SendEventRequest__Output } from '../pb/SendEventRequest.ts';

export interface EventsClient extends grpc.Client {
  SendEvent(argument: _pb_SendEventRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  SendEvent(argument: _pb_SendEventRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  SendEvent(argument: _pb_SendEventRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  SendEvent(argument: _pb_SendEventRequest, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  sendEvent(argument: _pb_SendEventRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  sendEvent(argument: _pb_SendEventRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  sendEvent(argument: _pb_SendEventRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  sendEvent(argument: _pb_SendEventRequest, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  
}

export interface EventsHandlers extends grpc.UntypedServiceImplementation {
  SendEvent: grpc.handleUnaryCall<_pb_SendEventRequest__Output, _pb_Empty>;
  
}

export interface EventsDefinition extends grpc.ServiceDefinition {
  SendEvent: MethodDefinition<_pb_SendEventRequest, _pb_Empty, _pb_SendEventRequest__Output, _pb_Empty__Output>
}
