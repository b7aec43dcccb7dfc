import fc from 'fast-check';

type Document = null | boolean | number | string | Document[] | { [name: string]: Document };

/** What may stand in the place of a value. */
const wrong: fc.Arbitrary<Document> = fc.oneof(
  fc.constantFrom<Document>(null, true, 0, -1, 1.5, 1e300, 4_294_967_294, 4_294_967_297, '', 'x', [], {}, [[]]),
  fc.constantFrom<Document>(
    '2026-13-45T99:99:99Z',
    'ready',
    'creating',
    'awskms',
    'aws',
    '../k',
    '\u0000',
    '__proto__',
  ),
  fc.jsonValue({ maxDepth: 2 }).map((value) => value as Document),
);

/** Bytes that a record could be after an accident, or a mistake of whoever wrote it: bent, cut off, or nothing of the kind. */
export function garbageFor(record: Uint8Array): fc.Arbitrary<Uint8Array> {
  const bytes = Buffer.from(record);
  const cut = fc.nat({ max: bytes.length - 1 }).map((length) => bytes.subarray(0, length));
  const flipped = fc
    .record({ at: fc.nat({ max: bytes.length - 1 }), by: fc.integer({ min: 1, max: 255 }) })
    .map(({ at, by }) => {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ by;
      return copy;
    });
  const nothing = fc.constantFrom('', 'null', '[]', '{}', '"x"', '1', '['.repeat(100_000), '{"schema":2}', '\ufeff{}');
  const blind = fc.oneof(
    cut,
    flipped,
    nothing.map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 64 }),
  );
  const document = parse(bytes);
  if (document === undefined) return blind;
  const paths = fieldsOf(document);
  const bent = fc
    .array(fc.record({ path: fc.constantFrom(...paths), value: fc.option(wrong, { nil: undefined, freq: 6 }) }), {
      minLength: 1,
      maxLength: 2,
    })
    .map((changes) => Buffer.from(JSON.stringify(changes.reduce(changed, document))));
  return fc.oneof({ weight: 3, arbitrary: bent }, { weight: 1, arbitrary: blind });
}

function parse(bytes: Buffer): Document | undefined {
  try {
    return JSON.parse(bytes.toString()) as Document;
  } catch {
    return undefined;
  }
}

type Path = readonly string[];

/** Paths of all members, at any depth. */
function fieldsOf(document: Document, above: Path = []): Path[] {
  if (typeof document !== 'object' || document === null) return [];
  return Object.entries(document).flatMap(([name, value]) => {
    const path = [...above, name];
    return [path, ...fieldsOf(value, path)];
  });
}

/** The document with the member at the path replaced, or left out for undefined. */
function changed(document: Document, { path, value }: { path: Path; value: Document | undefined }): Document {
  const [name, ...rest] = path;
  if (name === undefined || typeof document !== 'object' || document === null) return document;
  const copy = (Array.isArray(document) ? [...document] : { ...document }) as Record<string, Document>;
  if (rest.length > 0) copy[name] = changed(copy[name] ?? null, { path: rest, value });
  else if (value === undefined) Reflect.deleteProperty(copy, name);
  else copy[name] = value;
  return copy;
}
