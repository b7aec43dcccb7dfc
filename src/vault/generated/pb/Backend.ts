// Original file: proto/vault/backend.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { Empty as _pb_Empty, Empty__Output as _pb_Empty__Output } from '../pb/Empty.ts';
import type { HandleExistenceCheckArgs as _pb_HandleExistenceCheckArgs, HandleExistenceCheckArgs__Output as _pb_HandleExistenceCheckArgs__Output } from '../pb/HandleExistenceCheckArgs.ts';
import type { HandleExistenceCheckReply as _pb_HandleExistenceCheckReply, HandleExistenceCheckReply__Output as _pb_HandleExistenceCheckReply__Output } from '../pb/HandleExistenceCheckReply.ts';
import type { HandleRequestArgs as _pb_HandleRequestArgs, HandleRequestArgs__Output as _pb_HandleRequestArgs__Output } from '../pb/HandleRequestArgs.ts';
import type { HandleRequestReply as _pb_HandleRequestReply, HandleRequestReply__Output as _pb_HandleRequestReply__Output } from '../pb/HandleRequestReply.ts';
import type { InitializeArgs as _pb_InitializeArgs, InitializeArgs__Output as _pb_InitializeArgs__Output } from '../pb/InitializeArgs.ts';
import type { InitializeReply as _pb_InitializeReply, InitializeReply__Output as _pb_InitializeReply__Output } from '../pb/InitializeReply.ts';
import type { InvalidateKeyArgs as _pb_InvalidateKeyArgs, InvalidateKeyArgs__Output as _pb_InvalidateKeyArgs__Output } from '../pb/InvalidateKeyArgs.ts';
import type { SetupArgs as _pb_SetupArgs, SetupArgs__Output as _pb_SetupArgs__Output } from '../pb/SetupArgs.ts';
import type { SetupReply as _pb_SetupReply, SetupReply__Output as _pb_SetupReply__Output } from '../pb/SetupReply.ts';
import type { SpecialPathsReply as _pb_SpecialPathsReply, SpecialPathsReply__Output as _pb_SpecialPathsReply__Output } from '../pb/SpecialPathsReply.ts';
import type { TypeReply as _pb_TypeReply, TypeReply__Output as _pb_TypeReply__Output } from '../pb/TypeReply.ts';

export interface BackendClient extends grpc.Client {
  Cleanup(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  Cleanup(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  Cleanup(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  Cleanup(argument: _pb_Empty, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  cleanup(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  cleanup(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  cleanup(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  cleanup(argument: _pb_Empty, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  
  HandleExistenceCheck(argument: _pb_HandleExistenceCheckArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_HandleExistenceCheckReply__Output>): grpc.ClientUnaryCall;
  HandleExistenceCheck(argument: _pb_HandleExistenceCheckArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_HandleExistenceCheckReply__Output>): grpc.ClientUnaryCall;
  HandleExistenceCheck(argument: _pb_HandleExistenceCheckArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_HandleExistenceCheckReply__Output>): grpc.ClientUnaryCall;
  HandleExistenceCheck(argument: _pb_HandleExistenceCheckArgs, callback: grpc.requestCallback<_pb_HandleExistenceCheckReply__Output>): grpc.ClientUnaryCall;
  handleExistenceCheck(argument: _pb_HandleExistenceCheckArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_HandleExistenceCheckReply__Output>): grpc.ClientUnaryCall;
  handleExistenceCheck(argument: _pb_HandleExistenceCheckArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_HandleExistenceCheckReply__Output>): grpc.ClientUnaryCall;
  handleExistenceCheck(argument: _pb_HandleExistenceCheckArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_HandleExistenceCheckReply__Output>): grpc.ClientUnaryCall;
  handleExistenceCheck(argument: _pb_HandleExistenceCheckArgs, callback: grpc.requestCallback<_pb_HandleExistenceCheckReply__Output>): grpc.ClientUnaryCall;
  
  HandleRequest(argument: _pb_HandleRequestArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_HandleRequestReply__Output>): grpc.ClientUnaryCall;
  HandleRequest(argument: _pb_HandleRequestArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_HandleRequestReply__Output>): grpc.ClientUnaryCall;
  HandleRequest(argument: _pb_HandleRequestArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_HandleRequestReply__Output>): grpc.ClientUnaryCall;
  HandleRequest(argument: _pb_HandleRequestArgs, callback: grpc.requestCallback<_pb_HandleRequestReply__Output>): grpc.ClientUnaryCall;
  handleRequest(argument: _pb_HandleRequestArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_HandleRequestReply__Output>): grpc.ClientUnaryCall;
  handleRequest(argument: _pb_HandleRequestArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_HandleRequestReply__Output>): grpc.ClientUnaryCall;
  handleRequest(argument: _pb_HandleRequestArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_HandleRequestReply__Output>): grpc.ClientUnaryCall;
  handleRequest(argument: _pb_HandleRequestArgs, callback: grpc.requestCallback<_pb_HandleRequestReply__Output>): grpc.ClientUnaryCall;
  
  Initialize(argument: _pb_InitializeArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_InitializeReply__Output>): grpc.ClientUnaryCall;
  Initialize(argument: _pb_InitializeArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_InitializeReply__Output>): grpc.ClientUnaryCall;
  Initialize(argument: _pb_InitializeArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_InitializeReply__Output>): grpc.ClientUnaryCall;
  Initialize(argument: _pb_InitializeArgs, callback: grpc.requestCallback<_pb_InitializeReply__Output>): grpc.ClientUnaryCall;
  initialize(argument: _pb_InitializeArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_InitializeReply__Output>): grpc.ClientUnaryCall;
  initialize(argument: _pb_InitializeArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_InitializeReply__Output>): grpc.ClientUnaryCall;
  initialize(argument: _pb_InitializeArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_InitializeReply__Output>): grpc.ClientUnaryCall;
  initialize(argument: _pb_InitializeArgs, callback: grpc.requestCallback<_pb_InitializeReply__Output>): grpc.ClientUnaryCall;
  
  InvalidateKey(argument: _pb_InvalidateKeyArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  InvalidateKey(argument: _pb_InvalidateKeyArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  InvalidateKey(argument: _pb_InvalidateKeyArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  InvalidateKey(argument: _pb_InvalidateKeyArgs, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  invalidateKey(argument: _pb_InvalidateKeyArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  invalidateKey(argument: _pb_InvalidateKeyArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  invalidateKey(argument: _pb_InvalidateKeyArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  invalidateKey(argument: _pb_InvalidateKeyArgs, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  
  Setup(argument: _pb_SetupArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_SetupReply__Output>): grpc.ClientUnaryCall;
  Setup(argument: _pb_SetupArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_SetupReply__Output>): grpc.ClientUnaryCall;
  Setup(argument: _pb_SetupArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_SetupReply__Output>): grpc.ClientUnaryCall;
  Setup(argument: _pb_SetupArgs, callback: grpc.requestCallback<_pb_SetupReply__Output>): grpc.ClientUnaryCall;
  setup(argument: _pb_SetupArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_SetupReply__Output>): grpc.ClientUnaryCall;
  setup(argument: _pb_SetupArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_SetupReply__Output>): grpc.ClientUnaryCall;
  setup(argument: _pb_SetupArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_SetupReply__Output>): grpc.ClientUnaryCall;
  setup(argument: _pb_SetupArgs, callback: grpc.requestCallback<_pb_SetupReply__Output>): grpc.ClientUnaryCall;
  
  SpecialPaths(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_SpecialPathsReply__Output>): grpc.ClientUnaryCall;
  SpecialPaths(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_SpecialPathsReply__Output>): grpc.ClientUnaryCall;
  SpecialPaths(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_SpecialPathsReply__Output>): grpc.ClientUnaryCall;
  SpecialPaths(argument: _pb_Empty, callback: grpc.requestCallback<_pb_SpecialPathsReply__Output>): grpc.ClientUnaryCall;
  specialPaths(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_SpecialPathsReply__Output>): grpc.ClientUnaryCall;
  specialPaths(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_SpecialPathsReply__Output>): grpc.ClientUnaryCall;
  specialPaths(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_SpecialPathsReply__Output>): grpc.ClientUnaryCall;
  specialPaths(argument: _pb_Empty, callback: grpc.requestCallback<_pb_SpecialPathsReply__Output>): grpc.ClientUnaryCall;
  
  Type(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_TypeReply__Output>): grpc.ClientUnaryCall;
  Type(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_TypeReply__Output>): grpc.ClientUnaryCall;
  Type(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_TypeReply__Output>): grpc.ClientUnaryCall;
  Type(argument: _pb_Empty, callback: grpc.requestCallback<_pb_TypeReply__Output>): grpc.ClientUnaryCall;
  type(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_TypeReply__Output>): grpc.ClientUnaryCall;
  type(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_TypeReply__Output>): grpc.ClientUnaryCall;
  type(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_TypeReply__Output>): grpc.ClientUnaryCall;
  type(argument: _pb_Empty, callback: grpc.requestCallback<_pb_TypeReply__Output>): grpc.ClientUnaryCall;
  
}

export interface BackendHandlers extends grpc.UntypedServiceImplementation {
  Cleanup: grpc.handleUnaryCall<_pb_Empty__Output, _pb_Empty>;
  
  HandleExistenceCheck: grpc.handleUnaryCall<_pb_HandleExistenceCheckArgs__Output, _pb_HandleExistenceCheckReply>;
  
  HandleRequest: grpc.handleUnaryCall<_pb_HandleRequestArgs__Output, _pb_HandleRequestReply>;
  
  Initialize: grpc.handleUnaryCall<_pb_InitializeArgs__Output, _pb_InitializeReply>;
  
  InvalidateKey: grpc.handleUnaryCall<_pb_InvalidateKeyArgs__Output, _pb_Empty>;
  
  Setup: grpc.handleUnaryCall<_pb_SetupArgs__Output, _pb_SetupReply>;
  
  SpecialPaths: grpc.handleUnaryCall<_pb_Empty__Output, _pb_SpecialPathsReply>;
  
  Type: grpc.handleUnaryCall<_pb_Empty__Output, _pb_TypeReply>;
  
}

export interface BackendDefinition extends grpc.ServiceDefinition {
  Cleanup: MethodDefinition<_pb_Empty, _pb_Empty, _pb_Empty__Output, _pb_Empty__Output>
  HandleExistenceCheck: MethodDefinition<_pb_HandleExistenceCheckArgs, _pb_HandleExistenceCheckReply, _pb_HandleExistenceCheckArgs__Output, _pb_HandleExistenceCheckReply__Output>
  HandleRequest: MethodDefinition<_pb_HandleRequestArgs, _pb_HandleRequestReply, _pb_HandleRequestArgs__Output, _pb_HandleRequestReply__Output>
  Initialize: MethodDefinition<_pb_InitializeArgs, _pb_InitializeReply, _pb_InitializeArgs__Output, _pb_InitializeReply__Output>
  InvalidateKey: MethodDefinition<_pb_InvalidateKeyArgs, _pb_Empty, _pb_InvalidateKeyArgs__Output, _pb_Empty__Output>
  Setup: MethodDefinition<_pb_SetupArgs, _pb_SetupReply, _pb_SetupArgs__Output, _pb_SetupReply__Output>
  SpecialPaths: MethodDefinition<_pb_Empty, _pb_SpecialPathsReply, _pb_Empty__Output, _pb_SpecialPathsReply__Output>
  Type: MethodDefinition<_pb_Empty, _pb_TypeReply, _pb_Empty__Output, _pb_TypeReply__Output>
}
