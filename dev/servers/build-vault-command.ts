/** `make vault [VERSION=1.21.1]`: compiles HashiCorp Vault into the user's cache and prints where it is. */
import { stderrProgress } from './progress.ts';
import { compileVault } from './vault-build.ts';

try {
  const version = process.argv[2];
  const path = await compileVault(
    process.env,
    stderrProgress,
    version === undefined || version === '' ? undefined : version,
  );
  process.stdout.write(`${path}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
