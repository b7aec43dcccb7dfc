// Original file: proto/vault/system-view.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CachingDisabledReply as _pb_CachingDisabledReply, CachingDisabledReply__Output as _pb_CachingDisabledReply__Output } from '../pb/CachingDisabledReply.ts';
import type { ClusterInfoReply as _pb_ClusterInfoReply, ClusterInfoReply__Output as _pb_ClusterInfoReply__Output } from '../pb/ClusterInfoReply.ts';
import type { DeregisterRotationJobRequest as _pb_DeregisterRotationJobRequest, DeregisterRotationJobRequest__Output as _pb_DeregisterRotationJobRequest__Output } from '../pb/DeregisterRotationJobRequest.ts';
import type { Empty as _pb_Empty, Empty__Output as _pb_Empty__Output } from '../pb/Empty.ts';
import type { EntityInfoArgs as _pb_EntityInfoArgs, EntityInfoArgs__Output as _pb_EntityInfoArgs__Output } from '../pb/EntityInfoArgs.ts';
import type { EntityInfoReply as _pb_EntityInfoReply, EntityInfoReply__Output as _pb_EntityInfoReply__Output } from '../pb/EntityInfoReply.ts';
import type { GenerateIdentityTokenRequest as _pb_GenerateIdentityTokenRequest, GenerateIdentityTokenRequest__Output as _pb_GenerateIdentityTokenRequest__Output } from '../pb/GenerateIdentityTokenRequest.ts';
import type { GenerateIdentityTokenResponse as _pb_GenerateIdentityTokenResponse, GenerateIdentityTokenResponse__Output as _pb_GenerateIdentityTokenResponse__Output } from '../pb/GenerateIdentityTokenResponse.ts';
import type { GeneratePasswordFromPolicyReply as _pb_GeneratePasswordFromPolicyReply, GeneratePasswordFromPolicyReply__Output as _pb_GeneratePasswordFromPolicyReply__Output } from '../pb/GeneratePasswordFromPolicyReply.ts';
import type { GeneratePasswordFromPolicyRequest as _pb_GeneratePasswordFromPolicyRequest, GeneratePasswordFromPolicyRequest__Output as _pb_GeneratePasswordFromPolicyRequest__Output } from '../pb/GeneratePasswordFromPolicyRequest.ts';
import type { GroupsForEntityReply as _pb_GroupsForEntityReply, GroupsForEntityReply__Output as _pb_GroupsForEntityReply__Output } from '../pb/GroupsForEntityReply.ts';
import type { LocalMountReply as _pb_LocalMountReply, LocalMountReply__Output as _pb_LocalMountReply__Output } from '../pb/LocalMountReply.ts';
import type { MlockEnabledReply as _pb_MlockEnabledReply, MlockEnabledReply__Output as _pb_MlockEnabledReply__Output } from '../pb/MlockEnabledReply.ts';
import type { PluginEnvReply as _pb_PluginEnvReply, PluginEnvReply__Output as _pb_PluginEnvReply__Output } from '../pb/PluginEnvReply.ts';
import type { RegisterRotationJobRequest as _pb_RegisterRotationJobRequest, RegisterRotationJobRequest__Output as _pb_RegisterRotationJobRequest__Output } from '../pb/RegisterRotationJobRequest.ts';
import type { RegisterRotationJobResponse as _pb_RegisterRotationJobResponse, RegisterRotationJobResponse__Output as _pb_RegisterRotationJobResponse__Output } from '../pb/RegisterRotationJobResponse.ts';
import type { ReplicationStateReply as _pb_ReplicationStateReply, ReplicationStateReply__Output as _pb_ReplicationStateReply__Output } from '../pb/ReplicationStateReply.ts';
import type { ResponseWrapDataArgs as _pb_ResponseWrapDataArgs, ResponseWrapDataArgs__Output as _pb_ResponseWrapDataArgs__Output } from '../pb/ResponseWrapDataArgs.ts';
import type { ResponseWrapDataReply as _pb_ResponseWrapDataReply, ResponseWrapDataReply__Output as _pb_ResponseWrapDataReply__Output } from '../pb/ResponseWrapDataReply.ts';
import type { TTLReply as _pb_TTLReply, TTLReply__Output as _pb_TTLReply__Output } from '../pb/TTLReply.ts';
import type { TaintedReply as _pb_TaintedReply, TaintedReply__Output as _pb_TaintedReply__Output } from '../pb/TaintedReply.ts';

export interface SystemViewClient extends grpc.Client {
  CachingDisabled(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_CachingDisabledReply__Output>): grpc.ClientUnaryCall;
  CachingDisabled(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_CachingDisabledReply__Output>): grpc.ClientUnaryCall;
  CachingDisabled(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_CachingDisabledReply__Output>): grpc.ClientUnaryCall;
  CachingDisabled(argument: _pb_Empty, callback: grpc.requestCallback<_pb_CachingDisabledReply__Output>): grpc.ClientUnaryCall;
  cachingDisabled(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_CachingDisabledReply__Output>): grpc.ClientUnaryCall;
  cachingDisabled(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_CachingDisabledReply__Output>): grpc.ClientUnaryCall;
  cachingDisabled(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_CachingDisabledReply__Output>): grpc.ClientUnaryCall;
  cachingDisabled(argument: _pb_Empty, callback: grpc.requestCallback<_pb_CachingDisabledReply__Output>): grpc.ClientUnaryCall;
  
  ClusterInfo(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_ClusterInfoReply__Output>): grpc.ClientUnaryCall;
  ClusterInfo(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_ClusterInfoReply__Output>): grpc.ClientUnaryCall;
  ClusterInfo(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_ClusterInfoReply__Output>): grpc.ClientUnaryCall;
  ClusterInfo(argument: _pb_Empty, callback: grpc.requestCallback<_pb_ClusterInfoReply__Output>): grpc.ClientUnaryCall;
  clusterInfo(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_ClusterInfoReply__Output>): grpc.ClientUnaryCall;
  clusterInfo(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_ClusterInfoReply__Output>): grpc.ClientUnaryCall;
  clusterInfo(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_ClusterInfoReply__Output>): grpc.ClientUnaryCall;
  clusterInfo(argument: _pb_Empty, callback: grpc.requestCallback<_pb_ClusterInfoReply__Output>): grpc.ClientUnaryCall;
  
  DefaultLeaseTTL(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_TTLReply__Output>): grpc.ClientUnaryCall;
  DefaultLeaseTTL(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_TTLReply__Output>): grpc.ClientUnaryCall;
  DefaultLeaseTTL(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_TTLReply__Output>): grpc.ClientUnaryCall;
  DefaultLeaseTTL(argument: _pb_Empty, callback: grpc.requestCallback<_pb_TTLReply__Output>): grpc.ClientUnaryCall;
  defaultLeaseTtl(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_TTLReply__Output>): grpc.ClientUnaryCall;
  defaultLeaseTtl(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_TTLReply__Output>): grpc.ClientUnaryCall;
  defaultLeaseTtl(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_TTLReply__Output>): grpc.ClientUnaryCall;
  defaultLeaseTtl(argument: _pb_Empty, callback: grpc.requestCallback<_pb_TTLReply__Output>): grpc.ClientUnaryCall;
  
  DeregisterRotationJob(argument: _pb_DeregisterRotationJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  DeregisterRotationJob(argument: _pb_DeregisterRotationJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  DeregisterRotationJob(argument: _pb_DeregisterRotationJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  DeregisterRotationJob(argument: _pb_DeregisterRotationJobRequest, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  deregisterRotationJob(argument: _pb_DeregisterRotationJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  deregisterRotationJob(argument: _pb_DeregisterRotationJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  deregisterRotationJob(argument: _pb_DeregisterRotationJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  deregisterRotationJob(argument: _pb_DeregisterRotationJobRequest, callback: grpc.requestCallback<_pb_Empty__Output>): grpc.ClientUnaryCall;
  
  EntityInfo(argument: _pb_EntityInfoArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_EntityInfoReply__Output>): grpc.ClientUnaryCall;
  EntityInfo(argument: _pb_EntityInfoArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_EntityInfoReply__Output>): grpc.ClientUnaryCall;
  EntityInfo(argument: _pb_EntityInfoArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_EntityInfoReply__Output>): grpc.ClientUnaryCall;
  EntityInfo(argument: _pb_EntityInfoArgs, callback: grpc.requestCallback<_pb_EntityInfoReply__Output>): grpc.ClientUnaryCall;
  entityInfo(argument: _pb_EntityInfoArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_EntityInfoReply__Output>): grpc.ClientUnaryCall;
  entityInfo(argument: _pb_EntityInfoArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_EntityInfoReply__Output>): grpc.ClientUnaryCall;
  entityInfo(argument: _pb_EntityInfoArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_EntityInfoReply__Output>): grpc.ClientUnaryCall;
  entityInfo(argument: _pb_EntityInfoArgs, callback: grpc.requestCallback<_pb_EntityInfoReply__Output>): grpc.ClientUnaryCall;
  
  GenerateIdentityToken(argument: _pb_GenerateIdentityTokenRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_GenerateIdentityTokenResponse__Output>): grpc.ClientUnaryCall;
  GenerateIdentityToken(argument: _pb_GenerateIdentityTokenRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_GenerateIdentityTokenResponse__Output>): grpc.ClientUnaryCall;
  GenerateIdentityToken(argument: _pb_GenerateIdentityTokenRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_GenerateIdentityTokenResponse__Output>): grpc.ClientUnaryCall;
  GenerateIdentityToken(argument: _pb_GenerateIdentityTokenRequest, callback: grpc.requestCallback<_pb_GenerateIdentityTokenResponse__Output>): grpc.ClientUnaryCall;
  generateIdentityToken(argument: _pb_GenerateIdentityTokenRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_GenerateIdentityTokenResponse__Output>): grpc.ClientUnaryCall;
  generateIdentityToken(argument: _pb_GenerateIdentityTokenRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_GenerateIdentityTokenResponse__Output>): grpc.ClientUnaryCall;
  generateIdentityToken(argument: _pb_GenerateIdentityTokenRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_GenerateIdentityTokenResponse__Output>): grpc.ClientUnaryCall;
  generateIdentityToken(argument: _pb_GenerateIdentityTokenRequest, callback: grpc.requestCallback<_pb_GenerateIdentityTokenResponse__Output>): grpc.ClientUnaryCall;
  
  GeneratePasswordFromPolicy(argument: _pb_GeneratePasswordFromPolicyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_GeneratePasswordFromPolicyReply__Output>): grpc.ClientUnaryCall;
  GeneratePasswordFromPolicy(argument: _pb_GeneratePasswordFromPolicyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_GeneratePasswordFromPolicyReply__Output>): grpc.ClientUnaryCall;
  GeneratePasswordFromPolicy(argument: _pb_GeneratePasswordFromPolicyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_GeneratePasswordFromPolicyReply__Output>): grpc.ClientUnaryCall;
  GeneratePasswordFromPolicy(argument: _pb_GeneratePasswordFromPolicyRequest, callback: grpc.requestCallback<_pb_GeneratePasswordFromPolicyReply__Output>): grpc.ClientUnaryCall;
  generatePasswordFromPolicy(argument: _pb_GeneratePasswordFromPolicyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_GeneratePasswordFromPolicyReply__Output>): grpc.ClientUnaryCall;
  generatePasswordFromPolicy(argument: _pb_GeneratePasswordFromPolicyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_GeneratePasswordFromPolicyReply__Output>): grpc.ClientUnaryCall;
  generatePasswordFromPolicy(argument: _pb_GeneratePasswordFromPolicyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_GeneratePasswordFromPolicyReply__Output>): grpc.ClientUnaryCall;
  generatePasswordFromPolicy(argument: _pb_GeneratePasswordFromPolicyRequest, callback: grpc.requestCallback<_pb_GeneratePasswordFromPolicyReply__Output>): grpc.ClientUnaryCall;
  
  GroupsForEntity(argument: _pb_EntityInfoArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_GroupsForEntityReply__Output>): grpc.ClientUnaryCall;
  GroupsForEntity(argument: _pb_EntityInfoArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_GroupsForEntityReply__Output>): grpc.ClientUnaryCall;
  GroupsForEntity(argument: _pb_EntityInfoArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_GroupsForEntityReply__Output>): grpc.ClientUnaryCall;
  GroupsForEntity(argument: _pb_EntityInfoArgs, callback: grpc.requestCallback<_pb_GroupsForEntityReply__Output>): grpc.ClientUnaryCall;
  groupsForEntity(argument: _pb_EntityInfoArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_GroupsForEntityReply__Output>): grpc.ClientUnaryCall;
  groupsForEntity(argument: _pb_EntityInfoArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_GroupsForEntityReply__Output>): grpc.ClientUnaryCall;
  groupsForEntity(argument: _pb_EntityInfoArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_GroupsForEntityReply__Output>): grpc.ClientUnaryCall;
  groupsForEntity(argument: _pb_EntityInfoArgs, callback: grpc.requestCallback<_pb_GroupsForEntityReply__Output>): grpc.ClientUnaryCall;
  
  LocalMount(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_LocalMountReply__Output>): grpc.ClientUnaryCall;
  LocalMount(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_LocalMountReply__Output>): grpc.ClientUnaryCall;
  LocalMount(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_LocalMountReply__Output>): grpc.ClientUnaryCall;
  LocalMount(argument: _pb_Empty, callback: grpc.requestCallback<_pb_LocalMountReply__Output>): grpc.ClientUnaryCall;
  localMount(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_LocalMountReply__Output>): grpc.ClientUnaryCall;
  localMount(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_LocalMountReply__Output>): grpc.ClientUnaryCall;
  localMount(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_LocalMountReply__Output>): grpc.ClientUnaryCall;
  localMount(argument: _pb_Empty, callback: grpc.requestCallback<_pb_LocalMountReply__Output>): grpc.ClientUnaryCall;
  
  MaxLeaseTTL(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_TTLReply__Output>): grpc.ClientUnaryCall;
  MaxLeaseTTL(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_TTLReply__Output>): grpc.ClientUnaryCall;
  MaxLeaseTTL(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_TTLReply__Output>): grpc.ClientUnaryCall;
  MaxLeaseTTL(argument: _pb_Empty, callback: grpc.requestCallback<_pb_TTLReply__Output>): grpc.ClientUnaryCall;
  maxLeaseTtl(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_TTLReply__Output>): grpc.ClientUnaryCall;
  maxLeaseTtl(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_TTLReply__Output>): grpc.ClientUnaryCall;
  maxLeaseTtl(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_TTLReply__Output>): grpc.ClientUnaryCall;
  maxLeaseTtl(argument: _pb_Empty, callback: grpc.requestCallback<_pb_TTLReply__Output>): grpc.ClientUnaryCall;
  
  MlockEnabled(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_MlockEnabledReply__Output>): grpc.ClientUnaryCall;
  MlockEnabled(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_MlockEnabledReply__Output>): grpc.ClientUnaryCall;
  MlockEnabled(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_MlockEnabledReply__Output>): grpc.ClientUnaryCall;
  MlockEnabled(argument: _pb_Empty, callback: grpc.requestCallback<_pb_MlockEnabledReply__Output>): grpc.ClientUnaryCall;
  mlockEnabled(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_MlockEnabledReply__Output>): grpc.ClientUnaryCall;
  mlockEnabled(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_MlockEnabledReply__Output>): grpc.ClientUnaryCall;
  mlockEnabled(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_MlockEnabledReply__Output>): grpc.ClientUnaryCall;
  mlockEnabled(argument: _pb_Empty, callback: grpc.requestCallback<_pb_MlockEnabledReply__Output>): grpc.ClientUnaryCall;
  
  PluginEnv(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_PluginEnvReply__Output>): grpc.ClientUnaryCall;
  PluginEnv(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_PluginEnvReply__Output>): grpc.ClientUnaryCall;
  PluginEnv(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_PluginEnvReply__Output>): grpc.ClientUnaryCall;
  PluginEnv(argument: _pb_Empty, callback: grpc.requestCallback<_pb_PluginEnvReply__Output>): grpc.ClientUnaryCall;
  pluginEnv(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_PluginEnvReply__Output>): grpc.ClientUnaryCall;
  pluginEnv(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_PluginEnvReply__Output>): grpc.ClientUnaryCall;
  pluginEnv(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_PluginEnvReply__Output>): grpc.ClientUnaryCall;
  pluginEnv(argument: _pb_Empty, callback: grpc.requestCallback<_pb_PluginEnvReply__Output>): grpc.ClientUnaryCall;
  
  RegisterRotationJob(argument: _pb_RegisterRotationJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_RegisterRotationJobResponse__Output>): grpc.ClientUnaryCall;
  RegisterRotationJob(argument: _pb_RegisterRotationJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_RegisterRotationJobResponse__Output>): grpc.ClientUnaryCall;
  RegisterRotationJob(argument: _pb_RegisterRotationJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_RegisterRotationJobResponse__Output>): grpc.ClientUnaryCall;
  RegisterRotationJob(argument: _pb_RegisterRotationJobRequest, callback: grpc.requestCallback<_pb_RegisterRotationJobResponse__Output>): grpc.ClientUnaryCall;
  registerRotationJob(argument: _pb_RegisterRotationJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_RegisterRotationJobResponse__Output>): grpc.ClientUnaryCall;
  registerRotationJob(argument: _pb_RegisterRotationJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_RegisterRotationJobResponse__Output>): grpc.ClientUnaryCall;
  registerRotationJob(argument: _pb_RegisterRotationJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_RegisterRotationJobResponse__Output>): grpc.ClientUnaryCall;
  registerRotationJob(argument: _pb_RegisterRotationJobRequest, callback: grpc.requestCallback<_pb_RegisterRotationJobResponse__Output>): grpc.ClientUnaryCall;
  
  ReplicationState(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_ReplicationStateReply__Output>): grpc.ClientUnaryCall;
  ReplicationState(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_ReplicationStateReply__Output>): grpc.ClientUnaryCall;
  ReplicationState(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_ReplicationStateReply__Output>): grpc.ClientUnaryCall;
  ReplicationState(argument: _pb_Empty, callback: grpc.requestCallback<_pb_ReplicationStateReply__Output>): grpc.ClientUnaryCall;
  replicationState(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_ReplicationStateReply__Output>): grpc.ClientUnaryCall;
  replicationState(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_ReplicationStateReply__Output>): grpc.ClientUnaryCall;
  replicationState(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_ReplicationStateReply__Output>): grpc.ClientUnaryCall;
  replicationState(argument: _pb_Empty, callback: grpc.requestCallback<_pb_ReplicationStateReply__Output>): grpc.ClientUnaryCall;
  
  ResponseWrapData(argument: _pb_ResponseWrapDataArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_ResponseWrapDataReply__Output>): grpc.ClientUnaryCall;
  ResponseWrapData(argument: _pb_ResponseWrapDataArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_ResponseWrapDataReply__Output>): grpc.ClientUnaryCall;
  ResponseWrapData(argument: _pb_ResponseWrapDataArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_ResponseWrapDataReply__Output>): grpc.ClientUnaryCall;
  ResponseWrapData(argument: _pb_ResponseWrapDataArgs, callback: grpc.requestCallback<_pb_ResponseWrapDataReply__Output>): grpc.ClientUnaryCall;
  responseWrapData(argument: _pb_ResponseWrapDataArgs, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_ResponseWrapDataReply__Output>): grpc.ClientUnaryCall;
  responseWrapData(argument: _pb_ResponseWrapDataArgs, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_ResponseWrapDataReply__Output>): grpc.ClientUnaryCall;
  responseWrapData(argument: _pb_ResponseWrapDataArgs, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_ResponseWrapDataReply__Output>): grpc.ClientUnaryCall;
  responseWrapData(argument: _pb_ResponseWrapDataArgs, callback: grpc.requestCallback<_pb_ResponseWrapDataReply__Output>): grpc.ClientUnaryCall;
  
  Tainted(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_TaintedReply__Output>): grpc.ClientUnaryCall;
  Tainted(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_TaintedReply__Output>): grpc.ClientUnaryCall;
  Tainted(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_TaintedReply__Output>): grpc.ClientUnaryCall;
  Tainted(argument: _pb_Empty, callback: grpc.requestCallback<_pb_TaintedReply__Output>): grpc.ClientUnaryCall;
  tainted(argument: _pb_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_TaintedReply__Output>): grpc.ClientUnaryCall;
  tainted(argument: _pb_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_pb_TaintedReply__Output>): grpc.ClientUnaryCall;
  tainted(argument: _pb_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_pb_TaintedReply__Output>): grpc.ClientUnaryCall;
  tainted(argument: _pb_Empty, callback: grpc.requestCallback<_pb_TaintedReply__Output>): grpc.ClientUnaryCall;
  
}

export interface SystemViewHandlers extends grpc.UntypedServiceImplementation {
  CachingDisabled: grpc.handleUnaryCall<_pb_Empty__Output, _pb_CachingDisabledReply>;
  
  ClusterInfo: grpc.handleUnaryCall<_pb_Empty__Output, _pb_ClusterInfoReply>;
  
  DefaultLeaseTTL: grpc.handleUnaryCall<_pb_Empty__Output, _pb_TTLReply>;
  
  DeregisterRotationJob: grpc.handleUnaryCall<_pb_DeregisterRotationJobRequest__Output, _pb_Empty>;
  
  EntityInfo: grpc.handleUnaryCall<_pb_EntityInfoArgs__Output, _pb_EntityInfoReply>;
  
  GenerateIdentityToken: grpc.handleUnaryCall<_pb_GenerateIdentityTokenRequest__Output, _pb_GenerateIdentityTokenResponse>;
  
  GeneratePasswordFromPolicy: grpc.handleUnaryCall<_pb_GeneratePasswordFromPolicyRequest__Output, _pb_GeneratePasswordFromPolicyReply>;
  
  GroupsForEntity: grpc.handleUnaryCall<_pb_EntityInfoArgs__Output, _pb_GroupsForEntityReply>;
  
  LocalMount: grpc.handleUnaryCall<_pb_Empty__Output, _pb_LocalMountReply>;
  
  MaxLeaseTTL: grpc.handleUnaryCall<_pb_Empty__Output, _pb_TTLReply>;
  
  MlockEnabled: grpc.handleUnaryCall<_pb_Empty__Output, _pb_MlockEnabledReply>;
  
  PluginEnv: grpc.handleUnaryCall<_pb_Empty__Output, _pb_PluginEnvReply>;
  
  RegisterRotationJob: grpc.handleUnaryCall<_pb_RegisterRotationJobRequest__Output, _pb_RegisterRotationJobResponse>;
  
  ReplicationState: grpc.handleUnaryCall<_pb_Empty__Output, _pb_ReplicationStateReply>;
  
  ResponseWrapData: grpc.handleUnaryCall<_pb_ResponseWrapDataArgs__Output, _pb_ResponseWrapDataReply>;
  
  Tainted: grpc.handleUnaryCall<_pb_Empty__Output, _pb_TaintedReply>;
  
}

export interface SystemViewDefinition extends grpc.ServiceDefinition {
  CachingDisabled: MethodDefinition<_pb_Empty, _pb_CachingDisabledReply, _pb_Empty__Output, _pb_CachingDisabledReply__Output>
  ClusterInfo: MethodDefinition<_pb_Empty, _pb_ClusterInfoReply, _pb_Empty__Output, _pb_ClusterInfoReply__Output>
  DefaultLeaseTTL: MethodDefinition<_pb_Empty, _pb_TTLReply, _pb_Empty__Output, _pb_TTLReply__Output>
  DeregisterRotationJob: MethodDefinition<_pb_DeregisterRotationJobRequest, _pb_Empty, _pb_DeregisterRotationJobRequest__Output, _pb_Empty__Output>
  EntityInfo: MethodDefinition<_pb_EntityInfoArgs, _pb_EntityInfoReply, _pb_EntityInfoArgs__Output, _pb_EntityInfoReply__Output>
  GenerateIdentityToken: MethodDefinition<_pb_GenerateIdentityTokenRequest, _pb_GenerateIdentityTokenResponse, _pb_GenerateIdentityTokenRequest__Output, _pb_GenerateIdentityTokenResponse__Output>
  GeneratePasswordFromPolicy: MethodDefinition<_pb_GeneratePasswordFromPolicyRequest, _pb_GeneratePasswordFromPolicyReply, _pb_GeneratePasswordFromPolicyRequest__Output, _pb_GeneratePasswordFromPolicyReply__Output>
  GroupsForEntity: MethodDefinition<_pb_EntityInfoArgs, _pb_GroupsForEntityReply, _pb_EntityInfoArgs__Output, _pb_GroupsForEntityReply__Output>
  LocalMount: MethodDefinition<_pb_Empty, _pb_LocalMountReply, _pb_Empty__Output, _pb_LocalMountReply__Output>
  MaxLeaseTTL: MethodDefinition<_pb_Empty, _pb_TTLReply, _pb_Empty__Output, _pb_TTLReply__Output>
  MlockEnabled: MethodDefinition<_pb_Empty, _pb_MlockEnabledReply, _pb_Empty__Output, _pb_MlockEnabledReply__Output>
  PluginEnv: MethodDefinition<_pb_Empty, _pb_PluginEnvReply, _pb_Empty__Output, _pb_PluginEnvReply__Output>
  RegisterRotationJob: MethodDefinition<_pb_RegisterRotationJobRequest, _pb_RegisterRotationJobResponse, _pb_RegisterRotationJobRequest__Output, _pb_RegisterRotationJobResponse__Output>
  ReplicationState: MethodDefinition<_pb_Empty, _pb_ReplicationStateReply, _pb_Empty__Output, _pb_ReplicationStateReply__Output>
  ResponseWrapData: MethodDefinition<_pb_ResponseWrapDataArgs, _pb_ResponseWrapDataReply, _pb_ResponseWrapDataArgs__Output, _pb_ResponseWrapDataReply__Output>
  Tainted: MethodDefinition<_pb_Empty, _pb_TaintedReply, _pb_Empty__Output, _pb_TaintedReply__Output>
}
