import type { TestCase, TestModule, TestSuite } from 'vitest/node';
import type { CaseResult } from './case-result.ts';

/** The results of all tests of `onEachServer`, in the order of files and of definition. */
export function collectCases(modules: readonly TestModule[]): readonly CaseResult[] {
  // Modules come in the order in which they ended.
  const inOrder = modules.toSorted((a, b) => (a.moduleId < b.moduleId ? -1 : 1));
  return inOrder.flatMap((module) => [...module.children.allTests()].flatMap(toCase));
}

function toCase(test: TestCase): readonly CaseResult[] {
  const { onServer } = test.meta();
  if (onServer === undefined) return [];
  const within = suitesOf(test);
  // The outermost suite is the one of the server.
  const title = [...within.slice(1).map(({ name }) => name), test.name].join(': ');
  const result = test.result();
  const base = { ...onServer, title };
  if (result.state === 'passed') return [{ ...base, outcome: 'passed' }];
  // Tests of a suite that could not be set up are skipped, too.
  if (result.state !== 'skipped' || within.some((suite) => suite.errors().length > 0)) {
    return [{ ...base, outcome: 'failed' }];
  }
  return [{ ...base, outcome: 'skipped', ...(result.note === undefined ? {} : { reason: result.note }) }];
}

/** The suites around a test, the outermost first. */
function suitesOf(test: TestCase): readonly TestSuite[] {
  const suites: TestSuite[] = [];
  for (let parent = test.parent; parent.type === 'suite'; parent = parent.parent) suites.unshift(parent);
  return suites;
}
