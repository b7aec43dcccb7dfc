import type { Stage } from './stage.ts';

/** One thing that every driver does; it throws where a driver does otherwise. */
export interface DriverCase {
  readonly name: string;
  readonly run: (at: Stage) => Promise<void>;
}

export function driverCases(cases: Readonly<Record<string, DriverCase['run']>>): readonly DriverCase[] {
  return Object.entries(cases).map(([name, run]) => ({ name, run }));
}
