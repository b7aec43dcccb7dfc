// Original file: proto/vault/backend.proto


export interface Empty {
}

export interface Empty__Output {
}
