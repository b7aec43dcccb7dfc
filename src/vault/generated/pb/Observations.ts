// Original file: proto/vault/events.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { Empty as _pb_Empty, Empty__Output as _pb_Empty__Output } from '../pb/Empty.ts';
import type { RecordObservationRequest as _pb_RecordObservationRequest, RecordObservationRequest__Output as _pb_RecordObservationRequest__Output } from '../pb/RecordObservationRequest.ts';

export interface ObservationsClient extends grpc.Client {
  RecordObservation(argument: _pb_RecordObservationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  RecordObservation(argument: _pb_RecordObservationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  RecordObservation(argument: _pb_RecordObservationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  RecordObservation(argument: _pb_RecordObservationRequest, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  recordObservation(argument: _pb_RecordObservationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  recordObservation(argument: _pb_RecordObservationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  recordObservation(argument: _pb_RecordObservationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  recordObservation(argument: _pb_RecordObservationRequest, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  
}

export interface ObservationsHandlers extends grpc.UntypedServiceImplementation {
  RecordObservation: grpc.handleUnaryCall<_pb_RecordObservationRequest__Output, _pb_Empty>;
  
}

export interface ObservationsDefinition extends grpc.ServiceDefinition {
  RecordObservation: MethodDefinition<_pb_RecordObservationRequest, _pb_Empty, _pb_RecordObservationRequest__Output, _pb_Empty__Output>
}
