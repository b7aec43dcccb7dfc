import type { ProviderConfig } from '../port.ts';
import { quoted } from '../../support/quoted.ts';
import { hasOwnCredentials } from './credentials.ts';
import type { Environment } from '../../support/outbound/proxy-rules.ts';
import { checkEndpoint } from './endpoint.ts';

/** Returns what is wrong with an account's configuration (field and remedy), or undefined. */
export function validateConfig(config: ProviderConfig, env: Environment): string | undefined {
  return checkRegion(config.keyCollection) ?? checkCredentials(config) ?? checkTrust(config, env);
}

/** Returns why keys and credentials must not be sent to an account's endpoint, or undefined: {@link checkEndpoint}. */
export function checkTrust(config: ProviderConfig, env: Environment): string | undefined {
  return checkEndpoint(config, env, hasOwnCredentials(config));
}

function checkRegion(region: string): string | undefined {
  if (!/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(region)) {
    return `key_collection ${quoted(region)} is not an AWS region: use the region's name, us-west-1 for example`;
  }
  // AWS KMS API Reference, CreateKey: in China Regions, SYMMETRIC_DEFAULT is a 128-bit SM4 key.
  if (region.startsWith('cn-')) {
    return `key_collection ${quoted(region)} is in AWS China, where KMS takes 128-bit SM4 keys only: use a region elsewhere`;
  }
  return undefined;
}

function checkCredentials(config: ProviderConfig): string | undefined {
  const has = (name: string): boolean => credential(config, name) !== undefined;
  if (has('access_key') && !has('secret_key')) {
    return 'credentials holds access_key without secret_key: give both, or neither to use the environment';
  }
  if (has('secret_key') && !has('access_key')) {
    return 'credentials holds secret_key without access_key: give both, or neither to use the environment';
  }
  if (has('session_token') && !has('access_key')) {
    return 'credentials holds session_token without access_key and secret_key: give all three';
  }
  return undefined;
}

/** Reads a credential; an empty string counts as absent, because forms send it for empty fields. */
function credential({ credentials }: ProviderConfig, name: string): string | undefined {
  return credentials[name]?.reveal() || undefined;
}
