import type { Trait } from './cloud.ts';
import type { Stage } from './stage.ts';

/** One thing that every driver does of a cloud with these traits; it throws where a driver does otherwise. */
export interface DriverCase {
  readonly name: string;
  readonly needs: readonly Trait[];
  readonly run: (at: Stage) => Promise<void>;
}

/** @param needs - traits without which the cases do not apply */
export function driverCases(
  cases: Readonly<Record<string, DriverCase['run']>>,
  ...needs: readonly Trait[]
): readonly DriverCase[] {
  return Object.entries(cases).map(([name, run]) => ({ name, needs, run }));
}
