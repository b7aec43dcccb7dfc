/**
 * Pages whose shell commands are run on a real server, from the top and in this order, as by one reader: those after
 * docs/first-key.md go on from where it ends.
 */
export const RUN_PAGES: readonly string[] = [
  'README.md',
  'docs/first-key.md',
  'docs/concepts.md',
  'docs/operations.md',
  'docs/restore.md',
  'docs/migration.md',
  // Removes the key.
  'docs/aws.md',
  'docs/gcp.md',
  'docs/azure.md',
];

/** Pages that begin with a server that has no plugin. */
export const FROM_NOTHING: ReadonlySet<string> = new Set(['README.md', 'docs/first-key.md']);

/** Pages whose shell commands are not run, and why. */
export const NOT_RUN_PAGES: Readonly<Record<string, string>> = {
  'CONTRIBUTING.md': 'the commands of this project, which run these tests',
  'docs/install.md': 'downloads and verifies a release',
  'docs/releasing.md': 'makes a release',
  'docs/performance.md': 'loads the machine',
  'docs/inventory.md': 'need jq, the AWS command line, or a key in the clear',
  'docs/writing-a-plugin.md': 'test/examples builds and runs that plugin',
};
