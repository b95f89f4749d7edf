import { decodeAs, decodeMarkedText } from '../decode-text.ts';

/**
 * Decodes a form's text without ever making U+FFFD of a letter. It tries the encoding that the client named,
 * or a byte order mark tells, then UTF-8. The last resort is Windows-1252, in which every byte is a letter.
 * @param charset an encoding's name as in WHATWG's Encoding Standard, in any case
 */
export function decodeFormText(bytes: Uint8Array, charset?: string): string {
  // The text has bytes beyond ASCII, so the name is wrong if it is ASCII's.
  const decoded =
    charset && !/^\s*(?:us-)?ascii\s*$/i.test(charset) ? decodeAs(charset.trim(), bytes) : undefined;
  return decoded ?? decodeMarkedText(bytes);
}

export interface ParsedHeader {
  /** Text before the parameters, in lower case. */
  readonly value: string;
  /** Parameters by their names in lower case; the first of two with one name counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

const parameter = /;[ \t]*([^\s;="]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/gs;

/**
 * Reads a header's value and parameters. Browsers send parameters in quotes; programs use RFC 5987's notation
 * (`filename*`), which takes precedence.
 * @param header one character for each byte; text in it is decoded by `decodeFormText`
 */
export function parseHeader(header: string): ParsedHeader {
  const [value = ''] = header.split(';', 1);
  const parameters = new Map<string, string>();
  const extended = new Map<string, string>();
  for (const [, name = '', quoted, plain = ''] of header.slice(value.length).matchAll(parameter)) {
    const key = name.toLowerCase();
    // A backslash before any other character belongs to a Windows path.
    const text = quoted === undefined ? plain.trim() : quoted.replaceAll(/\\(["\\])/g, '$1');
    const [place, label, read] = key.endsWith('*')
      ? ([extended, key.slice(0, -1), decodeExtended(text)] as const)
      : ([parameters, key, decodeFormText(Buffer.from(text, 'latin1'))] as const);
    if (read !== undefined && !place.has(label)) place.set(label, read);
  }
  return { value: value.trim().toLowerCase(), parameters: new Map([...parameters, ...extended]) };
}

/** Decodes RFC 5987's notation: `utf-8'en'J%C3%BCrgen`. */
function decodeExtended(text: string): string | undefined {
  const parts = /^([^']*)'[^']*'(.*)$/s.exec(text);
  if (!parts) return undefined;
  const bytes = (parts[2] ?? '').replaceAll(/%([0-9a-f]{2})/gi, (_escape, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return decodeFormText(Buffer.from(bytes, 'latin1'), parts[1] ?? '');
}
