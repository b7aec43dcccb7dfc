import { definePath, fields, type PathContext, type PathDefinition } from '../../framework/index.ts';
import { OPERATION_PREFIX } from './fields.ts';
import { listResponse } from '../../logical/index.ts';
import type { kmsNameField } from './fields.ts';

/** Path fields by name; a list captures nothing else. */
type Captures = Readonly<Partial<Record<'name' | 'key_name', typeof kmsNameField>>>;

/** Named and meant as OpenBao does in its own lists. */
const pageFields = {
  after: fields.string({
    description: 'List the names after this one, which need not exist: the last name of the page before.',
    query: true,
  }),
  limit: fields.int({ description: 'How many names to list at most; all without one, or with 0.', query: true }),
};

interface ListSource<F extends Captures> {
  readonly pattern: string;
  readonly captures: F;
  readonly operationSuffix: string;
  readonly synopsis: string;
  /** @default the synopsis */
  readonly description?: string;
  /** All names, in their order. */
  readonly names: (context: PathContext<F & typeof pageFields>) => Promise<readonly string[]>;
}

/** A path that lists names, a page of them where the client asks for one. */
export function listPath<F extends Captures>(source: ListSource<F>): PathDefinition {
  const { pattern, captures, operationSuffix, synopsis, description = synopsis, names } = source;
  return definePath<F & typeof pageFields>({
    pattern,
    fields: { ...captures, ...pageFields },
    display: { operationPrefix: OPERATION_PREFIX, operationVerb: 'list', operationSuffix },
    operations: {
      list: {
        handler: async (context) => {
          const { after, limit } = page(context);
          const rest = (await names(context)).filter((name) => name > after);
          return listResponse(limit > 0 ? rest.slice(0, limit) : rest);
        },
      },
    },
    help: { synopsis, description },
  });
}

function page({ data }: PathContext<typeof pageFields>): { readonly after: string; readonly limit: number } {
  return { after: data.get('after'), limit: data.get('limit') };
}
