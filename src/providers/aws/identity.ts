/** What requests are signed with. */
export interface AwsIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Of temporary credentials, which are asked for again before. */
  readonly expiration?: Date;
}

/** The texts of an identity that must not be shown. */
export function secretsOf({ accessKeyId, secretAccessKey, sessionToken }: AwsIdentity): readonly string[] {
  return [accessKeyId, secretAccessKey, ...(sessionToken === undefined ? [] : [sessionToken])];
}
