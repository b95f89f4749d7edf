import { globSync, readFileSync } from 'node:fs';

/** Rules for comments: plain first words, short sentences, short lines. */

const forbiddenFirstWords = ['What', 'Whether', 'Of', 'How', 'Where'];
const maxSentenceWords = 25;
const maxLineLength = 110;

interface Comment {
  /** Number of its first line, from 1 on. */
  readonly line: number;
  readonly lines: readonly string[];
}

/** Finds the comments that begin a line. Comments behind code are shorter than a sentence. */
function commentsOf(source: string): Comment[] {
  const comments: Comment[] = [];
  let open: { line: number; lines: string[]; isBlock: boolean } | undefined;
  const close = () => {
    if (open) comments.push(open);
    open = undefined;
  };
  for (const [index, text] of source.split('\n').entries()) {
    const trimmed = text.trim();
    if (!open?.isBlock && !trimmed.startsWith('//')) close();
    if (!open && /^\/(\*\*?|\/)/.test(trimmed)) {
      open = { line: index + 1, lines: [], isBlock: trimmed.startsWith('/*') };
    }
    open?.lines.push(text);
    if (open?.isBlock && trimmed.includes('*/')) close();
  }
  close();
  return comments;
}

/** Gives a comment's words without its marks. Code in backticks counts as one word. */
function wordsOf({ lines }: Comment): string {
  return lines
    .map((line) =>
      line
        .trim()
        .replace(/^(\/\*\*?|\*\/|\*|\/\/)\s?/, '')
        .replace(/\s*\*\/$/, ''),
    )
    .join('\n')
    .replace(/```[\s\S]*?```/g, '')
    .replace(/@example[\s\S]*?(?=\n@|$)/g, '')
    .replace(/\{@link [^}]*\}|`[^`]*`/g, 'code')
    .trim();
}

/** Lists the faults in the comments of a source text, each with its line. */
export function commentFaults(source: string): string[] {
  return commentsOf(source).flatMap((comment) => {
    const words = wordsOf(comment);
    const first = /^[A-Za-z]+/.exec(words)?.[0] ?? '';
    const long = comment.lines.find((line) => line.length > maxLineLength && !/https?:\/\//.test(line));
    const sentences = words.split(/(?<=[.:;!?])\s+|\n(?=@|\s*[-*] |\n)/);
    const counts = sentences.map((sentence) => sentence.split(/\s+/).filter(Boolean).length);
    return [
      ...(forbiddenFirstWords.includes(first) ? [`line ${comment.line} begins with ${first}`] : []),
      ...(Math.max(...counts) > maxSentenceWords
        ? [`line ${comment.line} has a sentence of ${Math.max(...counts)} words`]
        : []),
      ...(long ? [`line ${comment.line} has a line of ${long.length} characters`] : []),
    ];
  });
}

/** Lists the methods of a port's interfaces whose comments have no `@throws`. */
export function methodsWithoutThrows(source: string): string[] {
  const lines = source.split('\n');
  let isInside = false;
  return lines.flatMap((line, index) => {
    if (/^export interface /.test(line)) isInside = true;
    if (line === '}') isInside = false;
    const name = /^ {2}(\w+)(?:<.*?>)?\(/.exec(line)?.[1];
    if (!isInside || name === undefined) return [];
    const above = lines.slice(0, index);
    const comment = above.slice(above.findLastIndex((one) => !/^ {2}(\/\*\*| \*)/.test(one)) + 1);
    return comment.some((one) => /@throws \S/.test(one)) ? [] : [`line ${index + 1}: ${name}`];
  });
}

/** Lists the faults of the source files in a folder, without those below it, each with its file. */
export function folderFaults(folder: string): string[] {
  return globSync(`${folder}/*.{ts,tsx}`).flatMap((file) =>
    commentFaults(readFileSync(file, 'utf8')).map((fault) => `${file}: ${fault}`),
  );
}
