// Original file: proto/vault/multiplexing.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { MultiplexingSupportRequest as _pluginutil_multiplexing_MultiplexingSupportRequest, MultiplexingSupportRequest__Output as _pluginutil_multiplexing_MultiplexingSupportRequest__Output } from '../../pluginutil/multiplexing/MultiplexingSupportRequest.ts';
import type { MultiplexingSupportResponse as _pluginutil_multiplexing_MultiplexingSupportResponse, MultiplexingSupportResponse__Output as _pluginutil_multiplexing_MultiplexingSupportResponse__Output } from '../../pluginutil/multiplexing/MultiplexingSupportResponse.ts';

export interface PluginMultiplexingClient extends grpc.Client {
  MultiplexingSupport(argument: _pluginutil_multiplexing_MultiplexingSupportRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pluginutil_multiplexing_MultiplexingSupportResponse__Output>): grpc.ClientUnaryCall;
  MultiplexingSupport(argument: _pluginutil_multiplexing_MultiplexingSupportRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pluginutil_multiplexing_MultiplexingSupportResponse__Output>): grpc.ClientUnaryCall;
  MultiplexingSupport(argument: _pluginutil_multiplexing_MultiplexingSupportRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pluginutil_multiplexing_MultiplexingSupportResponse__Output>): grpc.ClientUnaryCall;
  MultiplexingSupport(argument: _pluginutil_multiplexing_MultiplexingSupportRequest, callback: grpc.requestCallback<_pluginutil_multiplexing_MultiplexingSupportResponse__Output>): grpc.ClientUnaryCall;
  multiplexingSupport(argument: _pluginutil_multiplexing_MultiplexingSupportRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pluginutil_multiplexing_MultiplexingSupportResponse__Output>): grpc.ClientUnaryCall;
  multiplexingSupport(argument: _pluginutil_multiplexing_MultiplexingSupportRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pluginutil_multiplexing_MultiplexingSupportResponse__Output>): grpc.ClientUnaryCall;
  multiplexingSupport(argument: _pluginutil_multiplexing_MultiplexingSupportRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pluginutil_multiplexing_MultiplexingSupportResponse__Output>): grpc.ClientUnaryCall;
  multiplexingSupport(argument: _pluginutil_multiplexing_MultiplexingSupportRequest, callback: grpc.requestCallback<_pluginutil_multiplexing_MultiplexingSupportResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface PluginMultiplexingHandlers extends grpc.UntypedServiceImplementation {
  MultiplexingSupport: grpc.handleUnaryCall<_pluginutil_multiplexing_MultiplexingSupportRequest__Output, _pluginutil_multiplexing_MultiplexingSupportResponse>;
  
}

export interface PluginMultiplexingDefinition extends grpc.ServiceDefinition {
  MultiplexingSupport: MethodDefinition<_pluginutil_multiplexing_MultiplexingSupportRequest, _pluginutil_multiplexing_MultiplexingSupportResponse, _pluginutil_multiplexing_MultiplexingSupportRequest__Output, _pluginutil_multiplexing_MultiplexingSupportResponse__Output>
}
