// Original file: proto/vault/storage.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { Empty as _pb_Empty, Empty__Output as _pb_Empty__Output } from '../pb/Empty.ts';
import type { StorageBeginTxReply as _pb_StorageBeginTxReply, StorageBeginTxReply__Output as _pb_StorageBeginTxReply__Output } from '../pb/StorageBeginTxReply.ts';
import type { StorageCommitTxArgs as _pb_StorageCommitTxArgs, StorageCommitTxArgs__Output as _pb_StorageCommitTxArgs__Output } from '../pb/StorageCommitTxArgs.ts';
import type { StorageCommitTxReply as _pb_StorageCommitTxReply, StorageCommitTxReply__Output as _pb_StorageCommitTxReply__Output } from '../pb/StorageCommitTxReply.ts';
import type { StorageDeleteArgs as _pb_StorageDeleteArgs, StorageDeleteArgs__Output as _pb_StorageDeleteArgs__Output } from '../pb/StorageDeleteArgs.ts';
import type { StorageDeleteReply as _pb_StorageDeleteReply, StorageDeleteReply__Output as _pb_StorageDeleteReply__Output } from '../pb/StorageDeleteReply.ts';
import type { StorageGetArgs as _pb_StorageGetArgs, StorageGetArgs__Output as _pb_StorageGetArgs__Output } from '../pb/StorageGetArgs.ts';
import type { StorageGetReply as _pb_StorageGetReply, StorageGetReply__Output as _pb_StorageGetReply__Output } from '../pb/StorageGetReply.ts';
import type { StorageIsTransactionalReply as _pb_StorageIsTransactionalReply, StorageIsTransactionalReply__Output as _pb_StorageIsTransactionalReply__Output } from '../pb/StorageIsTransactionalReply.ts';
import type { StorageListArgs as _pb_StorageListArgs, StorageListArgs__Output as _pb_StorageListArgs__Output } from '../pb/StorageListArgs.ts';
import type { StorageListPageArgs as _pb_StorageListPageArgs, StorageListPageArgs__Output as _pb_StorageListPageArgs__Output } from '../pb/StorageListPageArgs.ts';
import type { StorageListReply as _pb_StorageListReply, StorageListReply__Output as _pb_StorageListReply__Output } from '../pb/StorageListReply.ts';
import type { StoragePutArgs as _pb_StoragePutArgs, StoragePutArgs__Output as _pb_StoragePutArgs__Output } from '../pb/StoragePutArgs.ts';
import type { StoragePutReply as _pb_StoragePutReply, StoragePutReply__Output as _pb_StoragePutReply__Output } from '../pb/StoragePutReply.ts';
import type { StorageRollbackTxArgs as _pb_StorageRollbackTxArgs, StorageRollbackTxArgs__Output as _pb_StorageRollbackTxArgs__Output } from '../pb/StorageRollbackTxArgs.ts';
import type { StorageRollbackTxReply as _pb_StorageRollbackTxReply, StorageRollbackTxReply__Output as _pb_StorageRollbackTxReply__Output } from '../pb/StorageRollbackTxReply.ts';

export interface StorageClient extends grpc.Client {
  BeginReadOnlyTx(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageBeginTxReply__Output>): grpc.ClientUnaryCall;
  BeginReadOnlyTx(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_StorageBeginTxReply__Output>): grpc.ClientUnaryCall;
  BeginReadOnlyTx(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageBeginTxReply__Output>): grpc.ClientUnaryCall;
  BeginReadOnlyTx(argument: _pb_Empty, callback: grpc.requestCallback<_pb_StorageBeginTxReply__Output>): grpc.ClientUnaryCall;
  beginReadOnlyTx(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageBeginTxReply__Output>): grpc.ClientUnaryCall;
  beginReadOnlyTx(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_StorageBeginTxReply__Output>): grpc.ClientUnaryCall;
  beginReadOnlyTx(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageBeginTxReply__Output>): grpc.ClientUnaryCall;
  beginReadOnlyTx(argument: _pb_Empty, callback: grpc.requestCallback<_pb_StorageBeginTxReply__Output>): grpc.ClientUnaryCall;
  
  BeginTx(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageBeginTxReply__Output>): grpc.ClientUnaryCall;
  BeginTx(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_StorageBeginTxReply__Output>): grpc.ClientUnaryCall;
  BeginTx(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageBeginTxReply__Output>): grpc.ClientUnaryCall;
  BeginTx(argument: _pb_Empty, callback: grpc.requestCallback<_pb_StorageBeginTxReply__Output>): grpc.ClientUnaryCall;
  beginTx(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageBeginTxReply__Output>): grpc.ClientUnaryCall;
  beginTx(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_StorageBeginTxReply__Output>): grpc.ClientUnaryCall;
  beginTx(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageBeginTxReply__Output>): grpc.ClientUnaryCall;
  beginTx(argument: _pb_Empty, callback: grpc.requestCallback<_pb_StorageBeginTxReply__Output>): grpc.ClientUnaryCall;
  
  Commit(argument: _pb_StorageCommitTxArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageCommitTxReply__Output>): grpc.ClientUnaryCall;
  Commit(argument: _pb_StorageCommitTxArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_StorageCommitTxReply__Output>): grpc.ClientUnaryCall;
  Commit(argument: _pb_StorageCommitTxArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageCommitTxReply__Output>): grpc.ClientUnaryCall;
  Commit(argument: _pb_StorageCommitTxArgs, callback: grpc.requestCallback<_pb_StorageCommitTxReply__Output>): grpc.ClientUnaryCall;
  commit(argument: _pb_StorageCommitTxArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageCommitTxReply__Output>): grpc.ClientUnaryCall;
  commit(argument: _pb_StorageCommitTxArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_StorageCommitTxReply__Output>): grpc.ClientUnaryCall;
  commit(argument: _pb_StorageCommitTxArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageCommitTxReply__Output>): grpc.ClientUnaryCall;
  commit(argument: _pb_StorageCommitTxArgs, callback: grpc.requestCallback<_pb_StorageCommitTxReply__Output>): grpc.ClientUnaryCall;
  
  Delete(argument: _pb_StorageDeleteArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageDeleteReply__Output>): grpc.ClientUnaryCall;
  Delete(argument: _pb_StorageDeleteArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_StorageDeleteReply__Output>): grpc.ClientUnaryCall;
  Delete(argument: _pb_StorageDeleteArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageDeleteReply__Output>): grpc.ClientUnaryCall;
  Delete(argument: _pb_StorageDeleteArgs, callback: grpc.requestCallback<_pb_StorageDeleteReply__Output>): grpc.ClientUnaryCall;
  delete(argument: _pb_StorageDeleteArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageDeleteReply__Output>): grpc.ClientUnaryCall;
  delete(argument: _pb_StorageDeleteArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_StorageDeleteReply__Output>): grpc.ClientUnaryCall;
  delete(argument: _pb_StorageDeleteArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageDeleteReply__Output>): grpc.ClientUnaryCall;
  delete(argument: _pb_StorageDeleteArgs, callback: grpc.requestCallback<_pb_StorageDeleteReply__Output>): grpc.ClientUnaryCall;
  
  Get(argument: _pb_StorageGetArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageGetReply__Output>): grpc.ClientUnaryCall;
  Get(argument: _pb_StorageGetArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_StorageGetReply__Output>): grpc.ClientUnaryCall;
  Get(argument: _pb_StorageGetArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageGetReply__Output>): grpc.ClientUnaryCall;
  Get(argument: _pb_StorageGetArgs, callback: grpc.requestCallback<_pb_StorageGetReply__Output>): grpc.ClientUnaryCall;
  get(argument: _pb_StorageGetArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageGetReply__Output>): grpc.ClientUnaryCall;
  get(argument: _pb_StorageGetArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_StorageGetReply__Output>): grpc.ClientUnaryCall;
  get(argument: _pb_StorageGetArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageGetReply__Output>): grpc.ClientUnaryCall;
  get(argument: _pb_StorageGetArgs, callback: grpc.requestCallback<_pb_StorageGetReply__Output>): grpc.ClientUnaryCall;
  
  IsTransactional(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageIsTransactionalReply__Output>): grpc.ClientUnaryCall;
  IsTransactional(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_StorageIsTransactionalReply__Output>): grpc.ClientUnaryCall;
  IsTransactional(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageIsTransactionalReply__Output>): grpc.ClientUnaryCall;
  IsTransactional(argument: _pb_Empty, callback: grpc.requestCallback<_pb_StorageIsTransactionalReply__Output>): grpc.ClientUnaryCall;
  isTransactional(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageIsTransactionalReply__Output>): grpc.ClientUnaryCall;
  isTransactional(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_StorageIsTransactionalReply__Output>): grpc.ClientUnaryCall;
  isTransactional(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageIsTransactionalReply__Output>): grpc.ClientUnaryCall;
  isTransactional(argument: _pb_Empty, callback: grpc.requestCallback<_pb_StorageIsTransactionalReply__Output>): grpc.ClientUnaryCall;
  
  List(argument: _pb_StorageListArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageListReply__Output>): grpc.ClientUnaryCall;
  List(argument: _pb_StorageListArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_StorageListReply__Output>): grpc.ClientUnaryCall;
  List(argument: _pb_StorageListArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageListReply__Output>): grpc.ClientUnaryCall;
  List(argument: _pb_StorageListArgs, callback: grpc.requestCallback<_pb_StorageListReply__Output>): grpc.ClientUnaryCall;
  list(argument: _pb_StorageListArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageListReply__Output>): grpc.ClientUnaryCall;
  list(argument: _pb_StorageListArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_StorageListReply__Output>): grpc.ClientUnaryCall;
  list(argument: _pb_StorageListArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageListReply__Output>): grpc.ClientUnaryCall;
  list(argument: _pb_StorageListArgs, callback: grpc.requestCallback<_pb_StorageListReply__Output>): grpc.ClientUnaryCall;
  
  ListPage(argument: _pb_StorageListPageArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageListReply__Output>): grpc.ClientUnaryCall;
  ListPage(argument: _pb_StorageListPageArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_StorageListReply__Output>): grpc.ClientUnaryCall;
  ListPage(argument: _pb_StorageListPageArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageListReply__Output>): grpc.ClientUnaryCall;
  ListPage(argument: _pb_StorageListPageArgs, callback: grpc.requestCallback<_pb_StorageListReply__Output>): grpc.ClientUnaryCall;
  listPage(argument: _pb_StorageListPageArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageListReply__Output>): grpc.ClientUnaryCall;
  listPage(argument: _pb_StorageListPageArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_StorageListReply__Output>): grpc.ClientUnaryCall;
  listPage(argument: _pb_StorageListPageArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageListReply__Output>): grpc.ClientUnaryCall;
  listPage(argument: _pb_StorageListPageArgs, callback: grpc.requestCallback<_pb_StorageListReply__Output>): grpc.ClientUnaryCall;
  
  Put(argument: _pb_StoragePutArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StoragePutReply__Output>): grpc.ClientUnaryCall;
  Put(argument: _pb_StoragePutArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_StoragePutReply__Output>): grpc.ClientUnaryCall;
  Put(argument: _pb_StoragePutArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StoragePutReply__Output>): grpc.ClientUnaryCall;
  Put(argument: _pb_StoragePutArgs, callback: grpc.requestCallback<_pb_StoragePutReply__Output>): grpc.ClientUnaryCall;
  put(argument: _pb_StoragePutArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StoragePutReply__Output>): grpc.ClientUnaryCall;
  put(argument: _pb_StoragePutArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_StoragePutReply__Output>): grpc.ClientUnaryCall;
  put(argument: _pb_StoragePutArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StoragePutReply__Output>): grpc.ClientUnaryCall;
  put(argument: _pb_StoragePutArgs, callback: grpc.requestCallback<_pb_StoragePutReply__Output>): grpc.ClientUnaryCall;
  
  Rollback(argument: _pb_StorageRollbackTxArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageRollbackTxReply__Output>): grpc.ClientUnaryCall;
  Rollback(argument: _pb_StorageRollbackTxArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_StorageRollbackTxReply__Output>): grpc.ClientUnaryCall;
  Rollback(argument: _pb_StorageRollbackTxArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageRollbackTxReply__Output>): grpc.ClientUnaryCall;
  Rollback(argument: _pb_StorageRollbackTxArgs, callback: grpc.requestCallback<_pb_StorageRollbackTxReply__Output>): grpc.ClientUnaryCall;
  rollback(argument: _pb_StorageRollbackTxArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageRollbackTxReply__Output>): grpc.ClientUnaryCall;
  rollback(argument: _pb_StorageRollbackTxArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_StorageRollbackTxReply__Output>): grpc.ClientUnaryCall;
  rollback(argument: _pb_StorageRollbackTxArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_StorageRollbackTxReply__Output>): grpc.ClientUnaryCall;
  rollback(argument: _pb_StorageRollbackTxArgs, callback: grpc.requestCallback<_pb_StorageRollbackTxReply__Output>): grpc.ClientUnaryCall;
  
}

export interface StorageHandlers extends grpc.UntypedServiceImplementation {
  BeginReadOnlyTx: grpc.handleUnaryCall<_pb_Empty__Output, _pb_StorageBeginTxReply>;
  
  BeginTx: grpc.handleUnaryCall<_pb_Empty__Output, _pb_StorageBeginTxReply>;
  
  Commit: grpc.handleUnaryCall<_pb_StorageCommitTxArgs__Output, _pb_StorageCommitTxReply>;
  
  Delete: grpc.handleUnaryCall<_pb_StorageDeleteArgs__Output, _pb_StorageDeleteReply>;
  
  Get: grpc.handleUnaryCall<_pb_StorageGetArgs__Output, _pb_StorageGetReply>;
  
  IsTransactional: grpc.handleUnaryCall<_pb_Empty__Output, _pb_StorageIsTransactionalReply>;
  
  List: grpc.handleUnaryCall<_pb_StorageListArgs__Output, _pb_StorageListReply>;
  
  ListPage: grpc.handleUnaryCall<_pb_StorageListPageArgs__Output, _pb_StorageListReply>;
  
  Put: grpc.handleUnaryCall<_pb_StoragePutArgs__Output, _pb_StoragePutReply>;
  
  Rollback: grpc.handleUnaryCall<_pb_StorageRollbackTxArgs__Output, _pb_StorageRollbackTxReply>;
  
}

export interface StorageDefinition extends grpc.ServiceDefinition {
  BeginReadOnlyTx: MethodDefinition<_pb_Empty, _pb_StorageBeginTxReply, _pb_Empty__Output, _pb_StorageBeginTxReply__Output>
  BeginTx: MethodDefinition<_pb_Empty, _pb_StorageBeginTxReply, _pb_Empty__Output, _pb_StorageBeginTxReply__Output>
  Commit: MethodDefinition<_pb_StorageCommitTxArgs, _pb_StorageCommitTxReply, _pb_StorageCommitTxArgs__Output, _pb_StorageCommitTxReply__Output>
  Delete: MethodDefinition<_pb_StorageDeleteArgs, _pb_StorageDeleteReply, _pb_StorageDeleteArgs__Output, _pb_StorageDeleteReply__Output>
  Get: MethodDefinition<_pb_StorageGetArgs, _pb_StorageGetReply, _pb_StorageGetArgs__Output, _pb_StorageGetReply__Output>
  IsTransactional: MethodDefinition<_pb_Empty, _pb_StorageIsTransactionalReply, _pb_Empty__Output, _pb_StorageIsTransactionalReply__Output>
  List: MethodDefinition<_pb_StorageListArgs, _pb_StorageListReply, _pb_StorageListArgs__Output, _pb_StorageListReply__Output>
  ListPage: MethodDefinition<_pb_StorageListPageArgs, _pb_StorageListReply, _pb_StorageListPageArgs__Output, _pb_StorageListReply__Output>
  Put: MethodDefinition<_pb_StoragePutArgs, _pb_StoragePutReply, _pb_StoragePutArgs__Output, _pb_StoragePutReply__Output>
  Rollback: MethodDefinition<_pb_StorageRollbackTxArgs, _pb_StorageRollbackTxReply, _pb_StorageRollbackTxArgs__Output, _pb_StorageRollbackTxReply__Output>
}
