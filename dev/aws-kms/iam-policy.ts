/** An identity-based policy, as far as the embedded KMS evaluates it: statements that allow. */
export interface IamPolicy {
  readonly Version: string;
  readonly Statement: readonly IamStatement[];
}

export interface IamStatement {
  readonly Sid?: string;
  readonly Effect: string;
  /** With `kms:`; `*` stands for any text, here and in a resource. */
  readonly Action: Texts;
  readonly Resource: Texts;
  /** Values by operator and condition key. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Texts>>>>;
}

type Texts = string | readonly string[];

/** What a policy has to allow. */
export interface IamRequest {
  /** With `kms:`. */
  readonly action: string;
  /** ARN, or `*`. */
  readonly resource: string;
  /** Values of the condition keys that the request has. */
  readonly context: Readonly<Record<string, readonly string[]>>;
}

/** @throws {Error} for what is not evaluated here */
export function isAllowed({ Statement }: IamPolicy, { action, resource, context }: IamRequest): boolean {
  return Statement.some(({ Effect, Action, Resource, Condition = {} }) => {
    if (Effect !== 'Allow') throw new Error(`the embedded KMS evaluates no statement with the effect ${Effect}`);
    return (
      anyLike(Action, action) &&
      anyLike(Resource, resource) &&
      Object.entries(Condition).every(([operator, keys]) =>
        Object.entries(keys).every(([key, wanted]) => holds(operator, wanted, context[key])),
      )
    );
  });
}

/**
 * A condition whose key the request does not have is not met, except with `ForAllValues` (IAM User Guide, "Condition
 * operators").
 */
function holds(operator: string, wanted: Texts, values: readonly string[] = []): boolean {
  const [, set, compare] = /^(?:(ForAnyValue|ForAllValues):)?(StringEquals|StringLike)$/.exec(operator) ?? [];
  const meets = (value: string): boolean =>
    compare === 'StringEquals' ? listOf(wanted).includes(value) : anyLike(wanted, value);
  switch (compare === undefined ? 'unknown' : set) {
    case 'ForAllValues':
      return values.every(meets);
    case 'ForAnyValue':
      return values.some(meets);
    case undefined:
      return values.length === 1 && values.every(meets);
    default:
      throw new Error(`the embedded KMS does not evaluate the condition operator ${operator}`);
  }
}

function anyLike(patterns: Texts, text: string): boolean {
  return listOf(patterns).some((pattern) => {
    const literal = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
    return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(text);
  });
}

const listOf = (texts: Texts): readonly string[] => (typeof texts === 'string' ? [texts] : texts);
