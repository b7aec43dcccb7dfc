/** Where Cloud KMS is, unless an endpoint is configured. */
export const CLOUD_KMS = 'https://cloudkms.googleapis.com';
export const TOKEN_URI = 'https://oauth2.googleapis.com/token';
export const IAM_CREDENTIALS = 'https://iamcredentials.googleapis.com';

/** Cloud KMS: global, regional (`rep`), and Private Service Connect (`p`). */
const KMS_HOST = /^cloudkms(?:|\.[a-z]+(?:-[a-z]+)*\d*\.rep|-[a-z0-9-]+\.p)\.googleapis\.com$/;
/** Services that issue tokens; key files of former years name the last two. */
const TOKEN_HOST =
  /^(?:(?:oauth2|sts|iamcredentials)\.googleapis\.com|(?:sts|iamcredentials)\.[a-z]+(?:-[a-z]+)*\d*\.rep\.googleapis\.com|accounts\.google\.com|www\.googleapis\.com)$/;

/** Whether a URL is Cloud KMS, by a host name that only Google can own; https on the default port. */
export function isCloudKms({ protocol, hostname, port }: URL): boolean {
  return protocol === 'https:' && port === '' && KMS_HOST.test(hostname);
}

/** Whether a URL is a service of Google that issues tokens. */
export function isTokenService({ protocol, hostname, port }: URL): boolean {
  return protocol === 'https:' && port === '' && TOKEN_HOST.test(hostname);
}
