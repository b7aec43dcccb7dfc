/**
 * The environment variables that the plugin takes from its server; `*` stands for any characters. A server's
 * environment may hold what makes Node, grpc-js or an SDK print each message, credentials and keys among them: what is
 * not known to be needed stays out.
 */
export const ALLOWED_VARIABLES: readonly string[] = [
  // The process: `node` may need its libraries, and a `credential_process` a home.
  ...['PATH', 'LD_LIBRARY_PATH', 'HOME', 'USER', 'LOGNAME', 'HOSTNAME', 'TZ', 'LANG', 'LC_*', 'TMPDIR', 'TMP', 'TEMP'],
  // What the server and its operator tell the plugin.
  ...['PLUGIN_*', 'VAULT_*', 'BAO_*', 'OPENBAO_*', 'KEYMGMT_*'],
  // The way to the clouds, and whom to trust on it.
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA'],
  // Says that HTTP_PROXY may come from a client.
  'REQUEST_METHOD',
  // Accounts and identities.
  ...['AWS_*', 'AZURE_*', 'IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'MSI_ENDPOINT', 'MSI_SECRET'],
  ...['GOOGLE_*', 'GCE_METADATA_*', 'CLOUDSDK_CONFIG', 'KUBERNETES_*'],
];

/** Never taken, whatever {@link ALLOWED_VARIABLES} says: by such names SDKs are told to print what they do. */
export const REFUSED_VARIABLES: readonly string[] = ['*DEBUG*', '*TRACE*', '*LOG_LEVEL*', '*LOGGING*'];

/** Whether the plugin takes a variable of this name. */
export function isAllowedVariable(name: string): boolean {
  return ALLOWED.test(name) && !REFUSED.test(name);
}

const [ALLOWED, REFUSED] = [ALLOWED_VARIABLES, REFUSED_VARIABLES].map(
  (patterns) => new RegExp(`^(${patterns.join('|').replaceAll('*', '[^]*')})$`),
) as [RegExp, RegExp];
