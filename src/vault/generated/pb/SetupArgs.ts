// Original file: proto/vault/backend.proto


export interface SetupArgs {
  'broker_id'?: (number);
  'Config'?: ({[key: string]: string});
  'backendUUID'?: (string);
}

export interface SetupArgs__Output {
  'broker_id': (number);
  'Config': ({[key: string]: string});
  'backendUUID': (string);
}
