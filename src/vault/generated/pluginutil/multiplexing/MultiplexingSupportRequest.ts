// Original file: proto/vault/multiplexing.proto


export interface MultiplexingSupportRequest {
}

export interface MultiplexingSupportRequest__Output {
}
