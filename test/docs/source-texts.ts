import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '../..');

/** A text of the source that is made for people, `…` in the place of each value. */
export interface SourceText {
  readonly text: string;
  readonly file: string;
  readonly use: Use;
}

/** What becomes of a text. `refusal`: it is, or is part of, an error, or of what an answer says of a failure. */
export type Use = 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'warning' | 'help' | 'refusal';

/** Names of fields and of constants whose texts are help, labels or code. */
const HELP = new Set([
  'description',
  'synopsis',
  'title',
  'name',
  'keyCollection',
  'keyCollectionField',
  'text',
  'help',
]);
const HELP_FIELDS = new Set(['credentials', 'observing', 'searching', 'Description']);
const HELP_CONSTANTS = new Set(['HELP', 'WORKER', 'SPACE', 'NOT_A_COMMAND', 'LIST']);
const LEVELS = new Set(['error', 'warn', 'info', 'debug', 'trace']);

/** All texts of src/, in the order of files. */
export function sourceTexts(): readonly SourceText[] {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('generated'))
    .map((name) => `src/${name}`)
    .sort();
  return files.flatMap((file) => textsOf(file, readFileSync(join(ROOT, file), 'utf8')));
}

/** As {@link sourceTexts}, of one file. */
export function textsOf(file: string, source: string): readonly SourceText[] {
  const parsed = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const constants = constantsOf(parsed);
  const used = new Set<ts.Node>();
  const found: { readonly node: ts.Node; readonly text: string }[] = [];

  const fold = (node: ts.Node): string => {
    if (ts.isParenthesizedExpression(node)) return fold(node.expression);
    if (ts.isStringLiteralLike(node)) return node.text;
    if (ts.isTemplateExpression(node)) {
      return node.head.text + node.templateSpans.map((span) => part(span.expression) + span.literal.text).join('');
    }
    if (isConcatenation(node)) return part(node.left) + part(node.right);
    return '…';
  };
  /** A part of a text: a text itself, or a constant of the file that is one. */
  const part = (node: ts.Node): string => {
    const constant = ts.isIdentifier(node) ? constants.get(node.text) : undefined;
    if (constant === undefined) return fold(node);
    used.add(constant);
    return fold(constant);
  };
  const visit = (node: ts.Node): void => {
    if (!ts.isStringLiteralLike(node) && !ts.isTemplateExpression(node) && !isConcatenation(node)) {
      ts.forEachChild(node, visit);
      return;
    }
    found.push({ node, text: fold(node).trim() });
    valuesIn(node).forEach(visit);
  };
  visit(parsed);
  return found
    .filter(({ node, text }) => !used.has(node) && !isCode(node) && !isWordOfChoice(node, text))
    .map(({ node, text }): SourceText => ({ text, file, use: useOf(node) }))
    .filter(({ text, use }) => LEVELS.has(use) || isProse(text));
}

function isConcatenation(node: ts.Node): node is ts.BinaryExpression {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken;
}

/** The expressions within a text that are no texts themselves. */
function valuesIn(node: ts.Node): readonly ts.Node[] {
  if (ts.isParenthesizedExpression(node)) return valuesIn(node.expression);
  if (ts.isStringLiteralLike(node)) return [];
  if (ts.isTemplateExpression(node)) return node.templateSpans.flatMap(({ expression }) => valuesIn(expression));
  if (isConcatenation(node)) return [...valuesIn(node.left), ...valuesIn(node.right)];
  // The words of a choice within a text are part of it.
  return ts.isConditionalExpression(node) ? [] : [node];
}

function constantsOf(parsed: ts.SourceFile): ReadonlyMap<string, ts.Node> {
  const constants = new Map<string, ts.Node>();
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      const { initializer } = node;
      if (ts.isStringLiteralLike(initializer) || ts.isTemplateExpression(initializer) || isConcatenation(initializer))
        constants.set(node.name.text, initializer);
    }
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return constants;
}

/** At least three words, none of them a value. */
function isProse(text: string): boolean {
  const words = text.split(/\s+/).filter((word) => /\p{L}/u.test(word) && !/[/=]/.test(word));
  return words.length >= 3;
}

/** One of two or three words between which another text chooses. */
function isWordOfChoice(node: ts.Node, text: string): boolean {
  return ts.isConditionalExpression(node.parent) && text.split(/\s+/).length < 5;
}

function isCode(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isLiteralTypeNode(parent)) return true;
  // A comparison with what others say.
  const called = ts.isCallExpression(parent) ? parent.expression.getText() : '';
  return /\.(includes|startsWith|test)$/.test(called);
}

function useOf(text: ts.Node): Use {
  for (let node = text; !ts.isSourceFile(node); node = node.parent) {
    const { parent } = node;
    if (ts.isCallExpression(parent) && parent.arguments[0] === node) {
      const level = logLevel(parent.expression);
      if (level !== undefined) return level;
      if (/\bwarnings\.push$/.test(parent.expression.getText())) return 'warning';
    }
    if (ts.isPropertyAssignment(parent)) {
      const name = parent.name.getText();
      if (name === 'warnings') return 'warning';
      if (HELP_FIELDS.has(name) || (HELP.has(name) && isHelp(parent))) return 'help';
    }
    if (ts.isVariableDeclaration(parent)) {
      const name = parent.name.getText();
      if (HELP_CONSTANTS.has(name)) return 'help';
      if (/warnings?$/i.test(name)) return 'warning';
      if (name === 'LEFT_BEHIND') return 'warn';
    }
    if (ts.isFunctionDeclaration(parent) && /warnings?$/i.test(parent.name?.text ?? '')) return 'warning';
  }
  return 'refusal';
}

/** `name` and `text` are help only where a field or a driver describes itself; else they carry a failure. */
function isHelp({ name, parent }: ts.PropertyAssignment): boolean {
  const others = parent.properties.map((each) => each.name?.getText());
  return name.getText() !== 'text' && !others.includes('reason');
}

function logLevel(called: ts.Expression): Use | undefined {
  const match = /\blogger(?:\.(\w+)|\[level\])$/.exec(called.getText());
  if (!match) return undefined;
  const [, level = 'warn'] = match;
  return LEVELS.has(level) ? (level as Use) : undefined;
}
