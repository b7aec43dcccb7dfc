// Made by dev/proto/generate.ts; do not edit.
import type { INamespace } from 'protobufjs';

const json: unknown = {
 "nested": {
  "plugin": {
   "nested": {
    "ConnInfo": {
     "fields": {
      "service_id": {
       "type": "uint32",
       "id": 1
      },
      "network": {
       "type": "string",
       "id": 2
      },
      "address": {
       "type": "string",
       "id": 3
      },
      "knock": {
       "type": "Knock",
       "id": 4
      }
     },
     "nested": {
      "Knock": {
       "fields": {
        "knock": {
         "type": "bool",
         "id": 1
        },
        "ack": {
         "type": "bool",
         "id": 2
        },
        "error": {
         "type": "string",
         "id": 3
        }
       }
      }
     }
    },
    "GRPCBroker": {
     "methods": {
      "StartStream": {
       "requestType": "ConnInfo",
       "requestStream": true,
       "responseType": "ConnInfo",
       "responseStream": true
      }
     }
    },
    "Empty": {
     "fields": {}
    },
    "GRPCController": {
     "methods": {
      "Shutdown": {
       "requestType": "Empty",
       "responseType": "Empty"
      }
     }
    },
    "StdioData": {
     "fields": {
      "channel": {
       "type": "Channel",
       "id": 1
      },
      "data": {
       "type": "bytes",
       "id": 2
      }
     },
     "nested": {
      "Channel": {
       "values": {
        "INVALID": 0,
        "STDOUT": 1,
        "STDERR": 2
       }
      }
     }
    },
    "GRPCStdio": {
     "methods": {
      "StreamStdio": {
       "requestType": "google.protobuf.Empty",
       "responseType": "StdioData",
       "responseStream": true
      }
     }
    }
   }
  },
  "grpc": {
   "nested": {
    "health": {
     "nested": {
      "v1": {
       "nested": {
        "HealthCheckRequest": {
         "fields": {
          "service": {
           "type": "string",
           "id": 1
          }
         }
        },
        "HealthCheckResponse": {
         "fields": {
          "status": {
           "type": "ServingStatus",
           "id": 1
          }
         },
         "nested": {
          "ServingStatus": {
           "values": {
            "UNKNOWN": 0,
            "SERVING": 1,
            "NOT_SERVING": 2,
            "SERVICE_UNKNOWN": 3
           }
          }
         }
        },
        "Health": {
         "methods": {
          "Check": {
           "requestType": "HealthCheckRequest",
           "responseType": "HealthCheckResponse"
          },
          "Watch": {
           "requestType": "HealthCheckRequest",
           "responseType": "HealthCheckResponse",
           "responseStream": true
          }
         }
        }
       }
      }
     }
    }
   }
  },
  "google": {
   "nested": {
    "protobuf": {
     "nested": {
      "Empty": {
       "fields": {}
      }
     }
    }
   }
  }
 }
};

export const descriptor = json as INamespace;
