// Original file: proto/goplugin/controller.proto


export interface Empty {
}

export interface Empty__Output {
}
