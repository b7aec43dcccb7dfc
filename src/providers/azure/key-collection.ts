import { quoted } from '../../support/quoted.ts';
import { CLOUDS, type Cloud } from './clouds.ts';

/** What a `key_collection` names. */
export interface Vault {
  /** Origin of the vault in its cloud: `https://<name>.vault.azure.net`. */
  readonly url: string;
  readonly isManagedHsm: boolean;
  /** Resource that tokens are for (`aud`): `https://vault.azure.net`. */
  readonly audience: string;
}

/** 3 to 24 letters, digits and hyphens, beginning with a letter (Azure: naming rules, Microsoft.KeyVault). */
const NAME = /^[a-z](?!.*--)[a-z0-9-]{1,22}[a-z0-9]$/i;
/** A Managed HSM has names of the same form. */
const URL_FORM = /^https:\/\/([^./:@?#\s]+)\.([a-z0-9.-]+)\/?$/i;

/** Reads the name or the URL of a vault; a text says what is wrong with it, with the remedy. */
export function vaultOf(keyCollection: string, cloud: Cloud): Vault | string {
  if (NAME.test(keyCollection)) return vault(keyCollection, cloud.vaultSuffix, false);
  const [, name = '', suffix = ''] = URL_FORM.exec(keyCollection) ?? [];
  const isOf = ({ vaultSuffix, hsmSuffix }: Cloud): boolean => [vaultSuffix, hsmSuffix].includes(suffix.toLowerCase());
  if (NAME.test(name) && isOf(cloud)) {
    return vault(name, suffix.toLowerCase(), suffix.toLowerCase() === cloud.hsmSuffix);
  }
  const elsewhere = CLOUDS.find(isOf);
  if (NAME.test(name) && elsewhere) {
    return (
      `key_collection ${quoted(keyCollection)} is a vault of ${elsewhere.name}, not of ${cloud.name}: ` +
      `use environment=${elsewhere.name} in credentials`
    );
  }
  return (
    `key_collection ${quoted(keyCollection)} is not a Key Vault: use its name (3 to 24 letters, digits and hyphens) or ` +
    `its URL, https://<name>.${cloud.vaultSuffix}` +
    (cloud.hsmSuffix === undefined ? '' : ` or https://<name>.${cloud.hsmSuffix}`)
  );
}

function vault(name: string, suffix: string, isManagedHsm: boolean): Vault {
  return { url: `https://${name.toLowerCase()}.${suffix}`, isManagedHsm, audience: `https://${suffix}` };
}
