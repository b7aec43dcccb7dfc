// Original file: proto/vault/backend.proto


export interface InitializeArgs {
}

export interface InitializeArgs__Output {
}
