// Original file: proto/vault/version.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { Empty as _logical_Empty, Empty__Output as _logical_Empty__Output } from '../logical/Empty.ts';
import type { VersionReply as _logical_VersionReply, VersionReply__Output as _logical_VersionReply__Output } from '../logical/VersionReply.ts';

export interface PluginVersionClient extends grpc.Client {
  Version(argument: _logical_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_logical_VersionReply__Output>): grpc.ClientUnaryCall;
  Version(argument: _logical_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_logical_VersionReply__Output>): grpc.ClientUnaryCall;
  Version(argument: _logical_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_logical_VersionReply__Output>): grpc.ClientUnaryCall;
  Version(argument: _logical_Empty, callback: grpc.requestCallback<_logical_VersionReply__Output>): grpc.ClientUnaryCall;
  version(argument: _logical_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_logical_VersionReply__Output>): grpc.ClientUnaryCall;
  version(argument: _logical_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_logical_VersionReply__Output>): grpc.ClientUnaryCall;
  version(argument: _logical_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_logical_VersionReply__Output>): grpc.ClientUnaryCall;
  version(argument: _logical_Empty, callback: grpc.requestCallback<_logical_VersionReply__Output>): grpc.ClientUnaryCall;
  
}

export interface PluginVersionHandlers extends grpc.UntypedServiceImplementation {
  Version: grpc.handleUnaryCall<_logical_Empty__Output, _logical_VersionReply>;
  
}

export interface PluginVersionDefinition extends grpc.ServiceDefinition {
  Version: MethodDefinition<_logical_Empty, _logical_VersionReply, _logical_Empty__Output, _logical_VersionReply__Output>
}
