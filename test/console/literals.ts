import { parseSync } from 'vite';

/** Finds texts for people that stand in a source of the console instead of its catalogues. */

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Attributes and properties of components that people see or hear. */
const shown = ['aria-label', 'alt', 'title', 'placeholder', 'label', 'hint', 'lead', 'action', 'comingText'];
/** Names of products, which every language has. */
const products = ['Face Blacklist', 'Amazon Rekognition'];

const hasWord = (text: string) => /\p{L}{2}/u.test(text);
const isSentence = (text: string) => /^\p{Lu}\S* \S/u.test(text);

/** Lists the literal texts of a source, in their order. Messages of errors for programmers are none. */
export function literalTexts(path: string, source: string): string[] {
  const found: string[] = [];
  const report = (text: string) => {
    const trimmed = text.trim();
    if (!products.includes(trimmed)) found.push(trimmed);
  };
  const visit = (node: Node, isInJsx: boolean) => {
    if (node.type === 'ThrowStatement' || node.type.startsWith('TS')) return;
    // An error that is no answer of the service is told in the page's own words.
    if (node.type === 'NewExpression' && (node.callee as Node).name === 'Error') return;
    if (node.type === 'JSXText' && hasWord(String(node.value))) report(String(node.value));
    if (node.type === 'JSXAttribute') {
      const value = node.value as Node | null;
      const text = value?.type === 'Literal' ? String(value.value) : '';
      if (shown.includes(String((node.name as Node).name)) && hasWord(text)) report(text);
      if (value?.type === 'JSXExpressionContainer') visitParts(value, false);
      return;
    }
    const text = textOf(node);
    if (text !== undefined && (isSentence(text) || (isInJsx && /^\p{Lu}\p{Ll}/u.test(text)))) report(text);
    visitParts(node, isInJsx || node.type === 'JSXExpressionContainer');
  };
  const visitParts = (node: Node, isInJsx: boolean) => {
    for (const part of Object.values(node).flat()) {
      if (typeof part === 'object' && part !== null && 'type' in part) visit(part as Node, isInJsx);
    }
  };
  visit(parseSync(path, source).program as unknown as Node, false);
  return found;
}

function textOf(node: Node): string | undefined {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type !== 'TemplateLiteral') return undefined;
  return (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked).join('…');
}
