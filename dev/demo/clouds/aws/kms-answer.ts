/** The parts of the AWS SDK's outputs that the steps check. */
export interface KmsAnswer {
  readonly KeyId?: string | undefined;
  readonly CiphertextBlob?: Uint8Array | undefined;
  readonly Plaintext?: Uint8Array | undefined;
  readonly KeyMetadata?: KmsKeyMetadata | undefined;
  readonly Aliases?: readonly { readonly AliasName?: string | undefined }[] | undefined;
}

export interface KmsKeyMetadata {
  readonly KeyId?: string | undefined;
  readonly KeyState?: string | undefined;
  readonly Origin?: string | undefined;
}
