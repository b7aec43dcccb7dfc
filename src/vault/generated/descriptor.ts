// Made by dev/proto/generate.ts; do not edit.
import type { INamespace } from 'protobufjs';

const json: unknown = {
 "nested": {
  "pb": {
   "nested": {
    "Empty": {
     "fields": {}
    },
    "Header": {
     "fields": {
      "header": {
       "rule": "repeated",
       "type": "string",
       "id": 1
      }
     }
    },
    "ProtoError": {
     "fields": {
      "err_type": {
       "type": "uint32",
       "id": 1
      },
      "err_msg": {
       "type": "string",
       "id": 2
      },
      "err_code": {
       "type": "int64",
       "id": 3
      }
     }
    },
    "Paths": {
     "fields": {
      "root": {
       "rule": "repeated",
       "type": "string",
       "id": 1
      },
      "unauthenticated": {
       "rule": "repeated",
       "type": "string",
       "id": 2
      },
      "local_storage": {
       "rule": "repeated",
       "type": "string",
       "id": 3
      },
      "seal_wrap_storage": {
       "rule": "repeated",
       "type": "string",
       "id": 4
      },
      "write_forwarded_storage": {
       "rule": "repeated",
       "type": "string",
       "id": 5
      },
      "binary": {
       "rule": "repeated",
       "type": "string",
       "id": 6
      },
      "limited": {
       "rule": "repeated",
       "type": "string",
       "id": 7
      },
      "allow_snapshot_read": {
       "rule": "repeated",
       "type": "string",
       "id": 8
      }
     }
    },
    "Request": {
     "fields": {
      "id": {
       "type": "string",
       "id": 1
      },
      "ReplicationCluster": {
       "type": "string",
       "id": 2
      },
      "operation": {
       "type": "string",
       "id": 3
      },
      "path": {
       "type": "string",
       "id": 4
      },
      "data": {
       "type": "string",
       "id": 5
      },
      "secret": {
       "type": "Secret",
       "id": 6
      },
      "auth": {
       "type": "Auth",
       "id": 7
      },
      "headers": {
       "keyType": "string",
       "type": "Header",
       "id": 8
      },
      "client_token": {
       "type": "string",
       "id": 9
      },
      "client_token_accessor": {
       "type": "string",
       "id": 10
      },
      "display_name": {
       "type": "string",
       "id": 11
      },
      "mount_point": {
       "type": "string",
       "id": 12
      },
      "mount_type": {
       "type": "string",
       "id": 13
      },
      "mount_accessor": {
       "type": "string",
       "id": 14
      },
      "wrap_info": {
       "type": "RequestWrapInfo",
       "id": 15
      },
      "client_token_remaining_uses": {
       "type": "int64",
       "id": 16
      },
      "entity_id": {
       "type": "string",
       "id": 17
      },
      "policy_override": {
       "type": "bool",
       "id": 18
      },
      "unauthenticated": {
       "type": "bool",
       "id": 19
      },
      "connection": {
       "type": "Connection",
       "id": 20
      },
      "requires_snapshot_id": {
       "type": "string",
       "id": 21
      }
     }
    },
    "Auth": {
     "fields": {
      "lease_options": {
       "type": "LeaseOptions",
       "id": 1
      },
      "internal_data": {
       "type": "string",
       "id": 2
      },
      "display_name": {
       "type": "string",
       "id": 3
      },
      "policies": {
       "rule": "repeated",
       "type": "string",
       "id": 4
      },
      "metadata": {
       "keyType": "string",
       "type": "string",
       "id": 5
      },
      "client_token": {
       "type": "string",
       "id": 6
      },
      "accessor": {
       "type": "string",
       "id": 7
      },
      "period": {
       "type": "int64",
       "id": 8
      },
      "num_uses": {
       "type": "int64",
       "id": 9
      },
      "entity_id": {
       "type": "string",
       "id": 10
      },
      "alias": {
       "type": "logical.Alias",
       "id": 11
      },
      "group_aliases": {
       "rule": "repeated",
       "type": "logical.Alias",
       "id": 12
      },
      "bound_cidrs": {
       "rule": "repeated",
       "type": "string",
       "id": 13
      },
      "token_policies": {
       "rule": "repeated",
       "type": "string",
       "id": 14
      },
      "identity_policies": {
       "rule": "repeated",
       "type": "string",
       "id": 15
      },
      "explicit_max_ttl": {
       "type": "int64",
       "id": 16
      },
      "token_type": {
       "type": "uint32",
       "id": 17
      },
      "no_default_policy": {
       "type": "bool",
       "id": 18
      }
     }
    },
    "TokenEntry": {
     "fields": {
      "id": {
       "type": "string",
       "id": 1
      },
      "accessor": {
       "type": "string",
       "id": 2
      },
      "parent": {
       "type": "string",
       "id": 3
      },
      "policies": {
       "rule": "repeated",
       "type": "string",
       "id": 4
      },
      "path": {
       "type": "string",
       "id": 5
      },
      "meta": {
       "keyType": "string",
       "type": "string",
       "id": 6
      },
      "display_name": {
       "type": "string",
       "id": 7
      },
      "num_uses": {
       "type": "int64",
       "id": 8
      },
      "creation_time": {
       "type": "int64",
       "id": 9
      },
      "ttl": {
       "type": "int64",
       "id": 10
      },
      "explicit_max_ttl": {
       "type": "int64",
       "id": 11
      },
      "role": {
       "type": "string",
       "id": 12
      },
      "period": {
       "type": "int64",
       "id": 13
      },
      "entity_id": {
       "type": "string",
       "id": 14
      },
      "bound_cidrs": {
       "rule": "repeated",
       "type": "string",
       "id": 15
      },
      "namespace_id": {
       "type": "string",
       "id": 16
      },
      "cubbyhole_id": {
       "type": "string",
       "id": 17
      },
      "type": {
       "type": "uint32",
       "id": 18
      },
      "internal_meta": {
       "keyType": "string",
       "type": "string",
       "id": 19
      },
      "inline_policy": {
       "type": "string",
       "id": 20
      },
      "no_identity_policies": {
       "type": "bool",
       "id": 21
      },
      "external_id": {
       "type": "string",
       "id": 22
      }
     }
    },
    "LeaseOptions": {
     "fields": {
      "TTL": {
       "type": "int64",
       "id": 1
      },
      "renewable": {
       "type": "bool",
       "id": 2
      },
      "increment": {
       "type": "int64",
       "id": 3
      },
      "issue_time": {
       "type": "google.protobuf.Timestamp",
       "id": 4
      },
      "MaxTTL": {
       "type": "int64",
       "id": 5
      }
     }
    },
    "Secret": {
     "fields": {
      "lease_options": {
       "type": "LeaseOptions",
       "id": 1
      },
      "internal_data": {
       "type": "string",
       "id": 2
      },
      "lease_id": {
       "type": "string",
       "id": 3
      }
     }
    },
    "Response": {
     "fields": {
      "secret": {
       "type": "Secret",
       "id": 1
      },
      "auth": {
       "type": "Auth",
       "id": 2
      },
      "data": {
       "type": "string",
       "id": 3
      },
      "redirect": {
       "type": "string",
       "id": 4
      },
      "warnings": {
       "rule": "repeated",
       "type": "string",
       "id": 5
      },
      "wrap_info": {
       "type": "ResponseWrapInfo",
       "id": 6
      },
      "headers": {
       "keyType": "string",
       "type": "Header",
       "id": 7
      },
      "mount_type": {
       "type": "string",
       "id": 8
      }
     }
    },
    "ResponseWrapInfo": {
     "fields": {
      "TTL": {
       "type": "int64",
       "id": 1
      },
      "token": {
       "type": "string",
       "id": 2
      },
      "accessor": {
       "type": "string",
       "id": 3
      },
      "creation_time": {
       "type": "google.protobuf.Timestamp",
       "id": 4
      },
      "wrapped_accessor": {
       "type": "string",
       "id": 5
      },
      "wrapped_entity_id": {
       "type": "string",
       "id": 6
      },
      "format": {
       "type": "string",
       "id": 7
      },
      "creation_path": {
       "type": "string",
       "id": 8
      },
      "seal_wrap": {
       "type": "bool",
       "id": 9
      }
     }
    },
    "RequestWrapInfo": {
     "fields": {
      "TTL": {
       "type": "int64",
       "id": 1
      },
      "format": {
       "type": "string",
       "id": 2
      },
      "seal_wrap": {
       "type": "bool",
       "id": 3
      }
     }
    },
    "HandleRequestArgs": {
     "fields": {
      "storage_id": {
       "type": "uint32",
       "id": 1
      },
      "request": {
       "type": "Request",
       "id": 2
      }
     }
    },
    "HandleRequestReply": {
     "fields": {
      "response": {
       "type": "Response",
       "id": 1
      },
      "err": {
       "type": "ProtoError",
       "id": 2
      }
     }
    },
    "InitializeArgs": {
     "fields": {}
    },
    "InitializeReply": {
     "fields": {
      "err": {
       "type": "ProtoError",
       "id": 1
      }
     }
    },
    "SpecialPathsReply": {
     "fields": {
      "paths": {
       "type": "Paths",
       "id": 1
      }
     }
    },
    "HandleExistenceCheckArgs": {
     "fields": {
      "storage_id": {
       "type": "uint32",
       "id": 1
      },
      "request": {
       "type": "Request",
       "id": 2
      }
     }
    },
    "HandleExistenceCheckReply": {
     "fields": {
      "check_found": {
       "type": "bool",
       "id": 1
      },
      "exists": {
       "type": "bool",
       "id": 2
      },
      "err": {
       "type": "ProtoError",
       "id": 3
      }
     }
    },
    "SetupArgs": {
     "fields": {
      "broker_id": {
       "type": "uint32",
       "id": 1
      },
      "Config": {
       "keyType": "string",
       "type": "string",
       "id": 2
      },
      "backendUUID": {
       "type": "string",
       "id": 3
      }
     }
    },
    "SetupReply": {
     "fields": {
      "err": {
       "type": "string",
       "id": 1
      }
     }
    },
    "TypeReply": {
     "fields": {
      "type": {
       "type": "uint32",
       "id": 1
      }
     }
    },
    "InvalidateKeyArgs": {
     "fields": {
      "key": {
       "type": "string",
       "id": 1
      }
     }
    },
    "Backend": {
     "methods": {
      "HandleRequest": {
       "requestType": "HandleRequestArgs",
       "responseType": "HandleRequestReply"
      },
      "SpecialPaths": {
       "requestType": "Empty",
       "responseType": "SpecialPathsReply"
      },
      "HandleExistenceCheck": {
       "requestType": "HandleExistenceCheckArgs",
       "responseType": "HandleExistenceCheckReply"
      },
      "Cleanup": {
       "requestType": "Empty",
       "responseType": "Empty"
      },
      "InvalidateKey": {
       "requestType": "InvalidateKeyArgs",
       "responseType": "Empty"
      },
      "Setup": {
       "requestType": "SetupArgs",
       "responseType": "SetupReply"
      },
      "Initialize": {
       "requestType": "InitializeArgs",
       "responseType": "InitializeReply"
      },
      "Type": {
       "requestType": "Empty",
       "responseType": "TypeReply"
      }
     }
    },
    "Connection": {
     "fields": {
      "remote_addr": {
       "type": "string",
       "id": 1
      },
      "remote_port": {
       "type": "int32",
       "id": 3
      },
      "connection_state": {
       "type": "ConnectionState",
       "id": 2
      },
      "proxied_certificates_raw": {
       "rule": "repeated",
       "type": "bytes",
       "id": 4
      },
      "peer_certificates_raw": {
       "rule": "repeated",
       "type": "bytes",
       "id": 5
      }
     }
    },
    "ConnectionState": {
     "fields": {
      "version": {
       "type": "uint32",
       "id": 1
      },
      "handshake_complete": {
       "type": "bool",
       "id": 2
      },
      "did_resume": {
       "type": "bool",
       "id": 3
      },
      "cipher_suite": {
       "type": "uint32",
       "id": 4
      },
      "negotiated_protocol": {
       "type": "string",
       "id": 5
      },
      "negotiated_protocol_is_mutual": {
       "type": "bool",
       "id": 6
      },
      "server_name": {
       "type": "string",
       "id": 7
      },
      "peer_certificates": {
       "type": "CertificateChain",
       "id": 8
      },
      "verified_chains": {
       "rule": "repeated",
       "type": "CertificateChain",
       "id": 9
      },
      "signed_certificate_timestamps": {
       "rule": "repeated",
       "type": "bytes",
       "id": 10
      },
      "ocsp_response": {
       "type": "bytes",
       "id": 11
      },
      "tls_unique": {
       "type": "bytes",
       "id": 12
      }
     }
    },
    "Certificate": {
     "fields": {
      "asn1_data": {
       "type": "bytes",
       "id": 1
      }
     }
    },
    "CertificateChain": {
     "fields": {
      "certificates": {
       "rule": "repeated",
       "type": "Certificate",
       "id": 1
      }
     }
    },
    "SendEventRequest": {
     "fields": {
      "event_type": {
       "type": "string",
       "id": 1
      },
      "event": {
       "type": "logical.EventData",
       "id": 2
      }
     }
    },
    "Events": {
     "methods": {
      "SendEvent": {
       "requestType": "SendEventRequest",
       "responseType": "Empty"
      }
     }
    },
    "RecordObservationRequest": {
     "fields": {
      "observation_type": {
       "type": "string",
       "id": 1
      },
      "data": {
       "type": "google.protobuf.Struct",
       "id": 2
      }
     }
    },
    "Observations": {
     "methods": {
      "RecordObservation": {
       "requestType": "RecordObservationRequest",
       "responseType": "Empty"
      }
     }
    },
    "StorageEntry": {
     "fields": {
      "key": {
       "type": "string",
       "id": 1
      },
      "value": {
       "type": "bytes",
       "id": 2
      },
      "seal_wrap": {
       "type": "bool",
       "id": 3
      }
     }
    },
    "StorageListArgs": {
     "fields": {
      "prefix": {
       "type": "string",
       "id": 1
      },
      "txn": {
       "type": "string",
       "id": 2
      }
     }
    },
    "StorageListPageArgs": {
     "fields": {
      "prefix": {
       "type": "string",
       "id": 1
      },
      "after": {
       "type": "string",
       "id": 2
      },
      "limit": {
       "type": "int32",
       "id": 3
      },
      "txn": {
       "type": "string",
       "id": 4
      }
     }
    },
    "StorageListReply": {
     "fields": {
      "keys": {
       "rule": "repeated",
       "type": "string",
       "id": 1
      },
      "err": {
       "type": "string",
       "id": 2
      }
     }
    },
    "StorageGetArgs": {
     "fields": {
      "key": {
       "type": "string",
       "id": 1
      },
      "txn": {
       "type": "string",
       "id": 2
      }
     }
    },
    "StorageGetReply": {
     "fields": {
      "entry": {
       "type": "StorageEntry",
       "id": 1
      },
      "err": {
       "type": "string",
       "id": 2
      }
     }
    },
    "StoragePutArgs": {
     "fields": {
      "entry": {
       "type": "StorageEntry",
       "id": 1
      },
      "txn": {
       "type": "string",
       "id": 2
      }
     }
    },
    "StoragePutReply": {
     "fields": {
      "err": {
       "type": "string",
       "id": 1
      }
     }
    },
    "StorageDeleteArgs": {
     "fields": {
      "key": {
       "type": "string",
       "id": 1
      },
      "txn": {
       "type": "string",
       "id": 2
      }
     }
    },
    "StorageDeleteReply": {
     "fields": {
      "err": {
       "type": "string",
       "id": 1
      }
     }
    },
    "StorageIsTransactionalReply": {
     "fields": {
      "transactional": {
       "type": "bool",
       "id": 1
      }
     }
    },
    "StorageBeginTxReply": {
     "fields": {
      "txn": {
       "type": "string",
       "id": 1
      },
      "err": {
       "type": "string",
       "id": 2
      }
     }
    },
    "StorageCommitTxArgs": {
     "fields": {
      "txn": {
       "type": "string",
       "id": 1
      }
     }
    },
    "StorageCommitTxReply": {
     "fields": {
      "err": {
       "type": "string",
       "id": 1
      }
     }
    },
    "StorageRollbackTxArgs": {
     "fields": {
      "txn": {
       "type": "string",
       "id": 1
      }
     }
    },
    "StorageRollbackTxReply": {
     "fields": {
      "err": {
       "type": "string",
       "id": 1
      }
     }
    },
    "Storage": {
     "methods": {
      "List": {
       "requestType": "StorageListArgs",
       "responseType": "StorageListReply"
      },
      "ListPage": {
       "requestType": "StorageListPageArgs",
       "responseType": "StorageListReply"
      },
      "Get": {
       "requestType": "StorageGetArgs",
       "responseType": "StorageGetReply"
      },
      "Put": {
       "requestType": "StoragePutArgs",
       "responseType": "StoragePutReply"
      },
      "Delete": {
       "requestType": "StorageDeleteArgs",
       "responseType": "StorageDeleteReply"
      },
      "IsTransactional": {
       "requestType": "Empty",
       "responseType": "StorageIsTransactionalReply"
      },
      "BeginReadOnlyTx": {
       "requestType": "Empty",
       "responseType": "StorageBeginTxReply"
      },
      "BeginTx": {
       "requestType": "Empty",
       "responseType": "StorageBeginTxReply"
      },
      "Commit": {
       "requestType": "StorageCommitTxArgs",
       "responseType": "StorageCommitTxReply"
      },
      "Rollback": {
       "requestType": "StorageRollbackTxArgs",
       "responseType": "StorageRollbackTxReply"
      }
     }
    },
    "TTLReply": {
     "fields": {
      "TTL": {
       "type": "int64",
       "id": 1
      }
     }
    },
    "TaintedReply": {
     "fields": {
      "tainted": {
       "type": "bool",
       "id": 1
      }
     }
    },
    "CachingDisabledReply": {
     "fields": {
      "disabled": {
       "type": "bool",
       "id": 1
      }
     }
    },
    "ReplicationStateReply": {
     "fields": {
      "state": {
       "type": "int32",
       "id": 1
      }
     }
    },
    "ResponseWrapDataArgs": {
     "fields": {
      "data": {
       "type": "string",
       "id": 1
      },
      "TTL": {
       "type": "int64",
       "id": 2
      },
      "JWT": {
       "type": "bool",
       "id": 3
      }
     }
    },
    "ResponseWrapDataReply": {
     "fields": {
      "wrap_info": {
       "type": "ResponseWrapInfo",
       "id": 1
      },
      "err": {
       "type": "string",
       "id": 2
      }
     }
    },
    "MlockEnabledReply": {
     "fields": {
      "enabled": {
       "type": "bool",
       "id": 1
      }
     }
    },
    "LocalMountReply": {
     "fields": {
      "local": {
       "type": "bool",
       "id": 1
      }
     }
    },
    "EntityInfoArgs": {
     "fields": {
      "entity_id": {
       "type": "string",
       "id": 1
      }
     }
    },
    "EntityInfoReply": {
     "fields": {
      "entity": {
       "type": "logical.Entity",
       "id": 1
      },
      "err": {
       "type": "string",
       "id": 2
      }
     }
    },
    "GroupsForEntityReply": {
     "fields": {
      "groups": {
       "rule": "repeated",
       "type": "logical.Group",
       "id": 1
      },
      "err": {
       "type": "string",
       "id": 2
      }
     }
    },
    "PluginEnvReply": {
     "fields": {
      "plugin_environment": {
       "type": "logical.PluginEnvironment",
       "id": 1
      },
      "err": {
       "type": "string",
       "id": 2
      }
     }
    },
    "GeneratePasswordFromPolicyRequest": {
     "fields": {
      "policy_name": {
       "type": "string",
       "id": 1
      }
     }
    },
    "GeneratePasswordFromPolicyReply": {
     "fields": {
      "password": {
       "type": "string",
       "id": 1
      }
     }
    },
    "ClusterInfoReply": {
     "fields": {
      "cluster_name": {
       "type": "string",
       "id": 1
      },
      "cluster_id": {
       "type": "string",
       "id": 2
      },
      "err": {
       "type": "string",
       "id": 3
      }
     }
    },
    "GenerateIdentityTokenRequest": {
     "fields": {
      "audience": {
       "type": "string",
       "id": 1
      },
      "ttl": {
       "type": "int64",
       "id": 2
      }
     }
    },
    "GenerateIdentityTokenResponse": {
     "fields": {
      "token": {
       "type": "string",
       "id": 1
      },
      "ttl": {
       "type": "int64",
       "id": 2
      }
     }
    },
    "RegisterRotationJobRequest": {
     "fields": {
      "job": {
       "type": "RotationJobInput",
       "id": 1
      }
     }
    },
    "RegisterRotationJobResponse": {
     "fields": {
      "rotation_id": {
       "type": "string",
       "id": 1
      },
      "err": {
       "type": "string",
       "id": 2
      }
     }
    },
    "RotationJobInput": {
     "fields": {
      "name": {
       "type": "string",
       "id": 1
      },
      "mount_point": {
       "type": "string",
       "id": 2
      },
      "path": {
       "type": "string",
       "id": 3
      },
      "rotation_schedule": {
       "type": "string",
       "id": 4
      },
      "rotation_window": {
       "type": "int64",
       "id": 5
      },
      "rotation_period": {
       "type": "int64",
       "id": 6
      }
     }
    },
    "DeregisterRotationRequestInput": {
     "fields": {
      "mount_point": {
       "type": "string",
       "id": 1
      },
      "req_path": {
       "type": "string",
       "id": 2
      }
     }
    },
    "DeregisterRotationJobRequest": {
     "fields": {
      "req": {
       "type": "DeregisterRotationRequestInput",
       "id": 1
      }
     }
    },
    "SystemView": {
     "methods": {
      "DefaultLeaseTTL": {
       "requestType": "Empty",
       "responseType": "TTLReply"
      },
      "MaxLeaseTTL": {
       "requestType": "Empty",
       "responseType": "TTLReply"
      },
      "Tainted": {
       "requestType": "Empty",
       "responseType": "TaintedReply"
      },
      "CachingDisabled": {
       "requestType": "Empty",
       "responseType": "CachingDisabledReply"
      },
      "ReplicationState": {
       "requestType": "Empty",
       "responseType": "ReplicationStateReply"
      },
      "ResponseWrapData": {
       "requestType": "ResponseWrapDataArgs",
       "responseType": "ResponseWrapDataReply"
      },
      "MlockEnabled": {
       "requestType": "Empty",
       "responseType": "MlockEnabledReply"
      },
      "LocalMount": {
       "requestType": "Empty",
       "responseType": "LocalMountReply"
      },
      "EntityInfo": {
       "requestType": "EntityInfoArgs",
       "responseType": "EntityInfoReply"
      },
      "PluginEnv": {
       "requestType": "Empty",
       "responseType": "PluginEnvReply"
      },
      "GroupsForEntity": {
       "requestType": "EntityInfoArgs",
       "responseType": "GroupsForEntityReply"
      },
      "GeneratePasswordFromPolicy": {
       "requestType": "GeneratePasswordFromPolicyRequest",
       "responseType": "GeneratePasswordFromPolicyReply"
      },
      "ClusterInfo": {
       "requestType": "Empty",
       "responseType": "ClusterInfoReply"
      },
      "GenerateIdentityToken": {
       "requestType": "GenerateIdentityTokenRequest",
       "responseType": "GenerateIdentityTokenResponse"
      },
      "RegisterRotationJob": {
       "requestType": "RegisterRotationJobRequest",
       "responseType": "RegisterRotationJobResponse"
      },
      "DeregisterRotationJob": {
       "requestType": "DeregisterRotationJobRequest",
       "responseType": "Empty"
      }
     }
    }
   }
  },
  "logical": {
   "nested": {
    "Entity": {
     "fields": {
      "ID": {
       "type": "string",
       "id": 1
      },
      "name": {
       "type": "string",
       "id": 2
      },
      "aliases": {
       "rule": "repeated",
       "type": "Alias",
       "id": 3
      },
      "metadata": {
       "keyType": "string",
       "type": "string",
       "id": 4
      },
      "disabled": {
       "type": "bool",
       "id": 5
      },
      "namespace_id": {
       "type": "string",
       "id": 6
      }
     }
    },
    "Alias": {
     "fields": {
      "mount_type": {
       "type": "string",
       "id": 1
      },
      "mount_accessor": {
       "type": "string",
       "id": 2
      },
      "name": {
       "type": "string",
       "id": 3
      },
      "metadata": {
       "keyType": "string",
       "type": "string",
       "id": 4
      },
      "ID": {
       "type": "string",
       "id": 5
      },
      "namespace_id": {
       "type": "string",
       "id": 6
      },
      "custom_metadata": {
       "keyType": "string",
       "type": "string",
       "id": 7
      },
      "local": {
       "type": "bool",
       "id": 8
      }
     }
    },
    "Group": {
     "fields": {
      "ID": {
       "type": "string",
       "id": 1
      },
      "name": {
       "type": "string",
       "id": 2
      },
      "metadata": {
       "keyType": "string",
       "type": "string",
       "id": 3
      },
      "namespace_id": {
       "type": "string",
       "id": 4
      }
     }
    },
    "MFAMethodID": {
     "fields": {
      "type": {
       "type": "string",
       "id": 1
      },
      "id": {
       "type": "string",
       "id": 2
      },
      "uses_passcode": {
       "type": "bool",
       "id": 3
      },
      "name": {
       "type": "string",
       "id": 4
      }
     }
    },
    "MFAConstraintAny": {
     "fields": {
      "any": {
       "rule": "repeated",
       "type": "MFAMethodID",
       "id": 1
      }
     }
    },
    "MFARequirement": {
     "fields": {
      "mfa_request_id": {
       "type": "string",
       "id": 1
      },
      "mfa_constraints": {
       "keyType": "string",
       "type": "MFAConstraintAny",
       "id": 2
      }
     }
    },
    "EventPluginInfo": {
     "fields": {
      "mount_class": {
       "type": "string",
       "id": 1
      },
      "mount_accessor": {
       "type": "string",
       "id": 2
      },
      "mount_path": {
       "type": "string",
       "id": 3
      },
      "plugin": {
       "type": "string",
       "id": 4
      },
      "plugin_version": {
       "type": "string",
       "id": 5
      },
      "version": {
       "type": "string",
       "id": 6
      }
     }
    },
    "EventData": {
     "fields": {
      "id": {
       "type": "string",
       "id": 1
      },
      "metadata": {
       "type": "google.protobuf.Struct",
       "id": 2
      },
      "entity_ids": {
       "rule": "repeated",
       "type": "string",
       "id": 3
      },
      "note": {
       "type": "string",
       "id": 4
      }
     }
    },
    "EventReceived": {
     "fields": {
      "event": {
       "type": "EventData",
       "id": 1
      },
      "namespace": {
       "type": "string",
       "id": 2
      },
      "event_type": {
       "type": "string",
       "id": 3
      },
      "plugin_info": {
       "type": "EventPluginInfo",
       "id": 4
      }
     }
    },
    "PluginEnvironment": {
     "fields": {
      "vault_version": {
       "type": "string",
       "id": 1
      },
      "vault_version_prerelease": {
       "type": "string",
       "id": 2
      },
      "vault_version_metadata": {
       "type": "string",
       "id": 3
      }
     }
    },
    "Empty": {
     "fields": {}
    },
    "VersionReply": {
     "fields": {
      "plugin_version": {
       "type": "string",
       "id": 1
      }
     }
    },
    "PluginVersion": {
     "methods": {
      "Version": {
       "requestType": "Empty",
       "responseType": "VersionReply"
      }
     }
    }
   }
  },
  "google": {
   "nested": {
    "protobuf": {
     "nested": {
      "Timestamp": {
       "fields": {
        "seconds": {
         "type": "int64",
         "id": 1
        },
        "nanos": {
         "type": "int32",
         "id": 2
        }
       }
      },
      "Struct": {
       "fields": {
        "fields": {
         "keyType": "string",
         "type": "Value",
         "id": 1
        }
       }
      },
      "Value": {
       "oneofs": {
        "kind": {
         "oneof": [
          "nullValue",
          "numberValue",
          "stringValue",
          "boolValue",
          "structValue",
          "listValue"
         ]
        }
       },
       "fields": {
        "nullValue": {
         "type": "NullValue",
         "id": 1
        },
        "numberValue": {
         "type": "double",
         "id": 2
        },
        "stringValue": {
         "type": "string",
         "id": 3
        },
        "boolValue": {
         "type": "bool",
         "id": 4
        },
        "structValue": {
         "type": "Struct",
         "id": 5
        },
        "listValue": {
         "type": "ListValue",
         "id": 6
        }
       }
      },
      "NullValue": {
       "values": {
        "NULL_VALUE": 0
       }
      },
      "ListValue": {
       "fields": {
        "values": {
         "rule": "repeated",
         "type": "Value",
         "id": 1
        }
       }
      }
     }
    }
   }
  },
  "pluginutil": {
   "nested": {
    "multiplexing": {
     "nested": {
      "MultiplexingSupportRequest": {
       "fields": {}
      },
      "MultiplexingSupportResponse": {
       "fields": {
        "supported": {
         "type": "bool",
         "id": 1
        }
       }
      },
      "PluginMultiplexing": {
       "methods": {
        "MultiplexingSupport": {
         "requestType": "MultiplexingSupportRequest",
         "responseType": "MultiplexingSupportResponse"
        }
       }
      }
     }
    }
   }
  }
 }
};

export const descriptor = json as INamespace;
