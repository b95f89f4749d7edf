import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseEnv } from 'node:util';
import { userName } from './user-name.ts';

/** Contents of a settings file, and its faults. No message repeats a value, which may be a secret. */
export interface EnvFile {
  readonly values: NodeJS.Dict<string>;
  /** Faults for which the file can't be used. */
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
}

const nothing: EnvFile = { values: {}, faults: [], warnings: [] };

/**
 * Reads a file of lines `NAME=value` in UTF-8, with or without a byte order mark. Lines may have `export`,
 * quotes and comments.
 * @param isSetting true for the names of this program's settings; lines with other names are judged less
 *   strictly
 */
export function readEnvFile(path: string, isSetting: (name: string) => boolean): EnvFile {
  try {
    return parseEnvFile(readFileSync(path), path, isSetting);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (code === 'ENOENT') return { ...nothing, warnings: misnamed(path) };
    if (code === undefined) throw error;
    return { ...nothing, faults: [`The settings in ${path} can't be read by ${userName()} (${code}).`] };
  }
}

/** Names that editors and file managers give to a file `.env`. */
const misnamedFile = /^(\.?env\.txt|\.env\.env|env|\.env)$/i;

/** Warns of files that were probably meant to be the settings file, which is absent. */
function misnamed(path: string): string[] {
  return readdirSync(dirname(path), { withFileTypes: true })
    .filter((item) => item.isFile() && misnamedFile.test(item.name))
    .map(
      ({ name }) =>
        `The file ${name} is not read: settings are read from ${path}. Is it meant to be that file?`,
    );
}

export function parseEnvFile(bytes: Buffer, path: string, isSetting: (name: string) => boolean): EnvFile {
  const encoding = otherEncoding(bytes);
  if (encoding !== undefined) {
    const fault = `The settings in ${path} are in ${encoding}, which is not read: save the file as UTF-8.`;
    return { ...nothing, faults: [fault] };
  }
  const text = bytes
    .toString('utf8')
    .replaceAll(/\r\n?/g, '\n')
    // Each of several files that were joined may have its mark.
    .replaceAll(/^\ufeff+/gm, '');
  const scan = scanLines(text, isSetting);
  const named = (lines: readonly Remark[]) => lines.map(({ line, what }) => `${path}, line ${line}: ${what}`);
  // Node's own parser accepts only one space after `export`.
  const values = parseEnv(text.replaceAll(/^[ \t]*export[ \t]+(?=\w+[ \t]*=)/gm, ''));
  return { values, faults: named(scan.faults), warnings: named(scan.warnings) };
}

/** Detects an encoding that is not UTF-8, and returns its name. */
function otherEncoding(bytes: Buffer): string | undefined {
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff') return 'UTF-16';
  // Only encodings with units of two or four bytes have zero bytes in their text.
  if (bytes.includes(0)) return 'UTF-16 or UTF-32';
  return isUtf8(bytes) ? undefined : 'another encoding than UTF-8, such as Windows-1252';
}

interface Remark {
  readonly line: number;
  readonly what: string;
}

/** Finds the lines that Node's own parser would skip, or would read differently from their meaning. */
function scanLines(text: string, isSetting: (name: string) => boolean) {
  const lines = text.split('\n');
  const seen = new Set<string>();
  const faults: Remark[] = [];
  const warnings: Remark[] = [];
  for (let index = 0; index < lines.length; index++) {
    const content = trimmed(lines[index]);
    const line = index + 1;
    if (content === '' || content.startsWith('#')) continue;
    const { name, value } = assignment(content);
    const odd = oddCharacter(content, name);
    if (name === '') faults.push({ line, what: `it is not a comment, and not NAME=value.${odd}` });
    else if (odd !== '') faults.push({ line, what: `the line of ${name} can't be read.${odd}` });
    if (name === '' || odd !== '') continue;
    if (isSetting(name) && seen.has(name))
      warnings.push({ line, what: `${name} is set again; this one counts.` });
    seen.add(name);
    const quote = /^["'`]/.exec(value)?.[0];
    const last = quote === undefined ? index : closingLine(lines, index, value, quote);
    const swallowed = lines.slice(line, (last ?? index) + 1).findIndex((inner) => isSetting(nameIn(inner)));
    if (last === undefined)
      faults.push({ line, what: `the value of ${name} begins with ${quote} and does not end with it.` });
    else if (last > index && (isSetting(name) || swallowed >= 0)) {
      const place = swallowed < 0 ? `line ${last + 1}` : `line ${line + swallowed + 1}, which is a setting`;
      faults.push({ line, what: `the value of ${name} begins with ${quote} and goes on in ${place}.` });
    }
    index = last ?? index;
    const fault = last === line - 1 && isSetting(name) ? valueFault(value, quote) : undefined;
    if (fault !== undefined) faults.push({ line, what: `the value of ${name} ${fault}` });
  }
  return { faults, warnings };
}

/** Removes the white space that Node's own parser knows. */
function trimmed(line = ''): string {
  return line.replaceAll(/^[ \t]+|[ \t]+$/g, '');
}

function assignment(content: string): { name: string; value: string } {
  const [, name = '', value = ''] =
    /^(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*(.*)$/.exec(content) ?? [];
  return { name, value };
}

function nameIn(line: string): string {
  return assignment(trimmed(line)).name;
}

/**
 * Tells of a character that nobody sees and that changes what a line means: an invisible one or a space that
 * is none before a value, and one that some editors show as a line break anywhere.
 */
function oddCharacter(content: string, name: string): string {
  const found = (name === '' ? /[^\S \t]|\p{Cf}|\p{Cc}/u : /(?!\t)\p{Cc}|[\u2028\u2029]/u).exec(content)?.[0];
  if (found === undefined) return '';
  const code = found.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  return ` It has the character U+${code}, which nobody sees.`;
}

/** Finds the index of the line with the quote that ends a value; `undefined` if there is none. */
function closingLine(
  lines: readonly string[],
  index: number,
  value: string,
  quote: string,
): number | undefined {
  if (value.indexOf(quote, 1) > 0) return index;
  const found = lines.findIndex((line, at) => at > index && line.includes(quote));
  return found < 0 ? undefined : found;
}

function valueFault(value: string, quote: string | undefined): string | undefined {
  if (/^[\u2018-\u201f\u00ab\u00bb]/.test(value)) return `is in typographic quotes: use plain ones, " or '.`;
  if (quote === undefined) {
    return /[^\s#]#/.test(value)
      ? 'has a # in it, which would begin a comment: put it in quotes.'
      : undefined;
  }
  const rest = value.slice(value.indexOf(quote, 1) + 1).trim();
  return rest === '' || rest.startsWith('#') ? undefined : 'goes on after the quote that ends it.';
}
