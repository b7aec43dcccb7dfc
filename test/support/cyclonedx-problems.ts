import { Spec, Validation } from '@cyclonedx/cyclonedx-library';

/** The validator of the CycloneDX project, with its schemas. */
const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);

/** What is wrong with a document by the schema of CycloneDX 1.6, which refuses what it does not know; null for nothing. */
export function cycloneDxProblems(document: string): Promise<unknown> {
  return validator.validate(document);
}
