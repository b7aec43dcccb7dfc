import { hasMaterial, stateOf } from './key-state.ts';
import type { KeyState, RegionState } from './state.ts';

/** A view of a key for tests, outside the API. */
export interface KeyView {
  readonly id: string;
  readonly arn: string;
  readonly state: KeyState;
  readonly tags: Readonly<Record<string, string>>;
  /** Names with their `alias/`, sorted. */
  readonly aliases: readonly string[];
  readonly hasMaterial: boolean;
  readonly multiRegion: boolean;
}

/** The keys of a Region in order of creation. */
export function keysIn(region: RegionState): readonly KeyView[] {
  return [...region.keys.values()].map((key) => ({
    id: key.id,
    arn: key.arn,
    state: stateOf(key),
    tags: Object.fromEntries(key.tags),
    aliases: [...region.aliases.values()].flatMap((alias) => (alias.keyId === key.id ? [alias.name] : [])).sort(),
    hasMaterial: hasMaterial(key),
    multiRegion: key.multiRegion,
  }));
}

/** Key ids by alias name. */
export function aliasesIn(region: RegionState): Readonly<Record<string, string>> {
  return Object.fromEntries([...region.aliases.values()].map((alias) => [alias.name, alias.keyId]));
}
