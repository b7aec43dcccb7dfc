// Original file: proto/vault/version.proto


export interface Empty {
}

export interface Empty__Output {
}
