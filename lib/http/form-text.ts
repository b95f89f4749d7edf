import { decodeText } from '../decode-text.ts';

/**
 * Reads a form's text: in the encoding that the client tells, if it is one and fits; else in UTF-8, if it is that; else in Windows-1252,
 * in which every byte is a letter. No letter becomes U+FFFD.
 * @param charset as WHATWG's Encoding Standard names encodings, in any case.
 */
export function decodeFormText(bytes: Uint8Array, charset?: string): string {
  // Whoever tells ASCII and sends more has told nothing.
  const told =
    charset && !/^\s*(?:us-)?ascii\s*$/i.test(charset) ? decodeAs(charset.trim(), bytes) : undefined;
  return told ?? decodeText(bytes);
}

/** `undefined` when there is no such encoding, or the bytes are not in it. */
function decodeAs(charset: string, bytes: Uint8Array): string | undefined {
  try {
    const decoder = new TextDecoder(charset, { fatal: true });
    // It is for bytes that are no text, and makes private letters of them.
    return decoder.encoding === 'x-user-defined' ? undefined : decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

export interface ParsedHeader {
  /** What comes before the parameters, in small letters. */
  readonly value: string;
  /** By their names in small letters; of one that comes twice, the first counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

const parameter = /;[ \t]*([^\s;="]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/gs;

/**
 * Reads a header's value and parameters, as browsers send them in quotes and programs in RFC 5987's notation (`filename*`), which counts
 * more.
 * @param header in which a character is a byte; text in it is read as `decodeFormText` does.
 */
export function parseHeader(header: string): ParsedHeader {
  const [value = ''] = header.split(';', 1);
  const parameters = new Map<string, string>();
  const extended = new Map<string, string>();
  for (const [, name = '', quoted, plain = ''] of header.slice(value.length).matchAll(parameter)) {
    const key = name.toLowerCase();
    // Other backslashes are a path's.
    const text = quoted === undefined ? plain.trim() : quoted.replaceAll(/\\(["\\])/g, '$1');
    const [place, label, read] = key.endsWith('*')
      ? ([extended, key.slice(0, -1), decodeExtended(text)] as const)
      : ([parameters, key, decodeFormText(Buffer.from(text, 'latin1'))] as const);
    if (read !== undefined && !place.has(label)) place.set(label, read);
  }
  return { value: value.trim().toLowerCase(), parameters: new Map([...parameters, ...extended]) };
}

/** RFC 5987: `utf-8'en'J%C3%BCrgen`. */
function decodeExtended(text: string): string | undefined {
  const parts = /^([^']*)'[^']*'(.*)$/s.exec(text);
  if (!parts) return undefined;
  const bytes = (parts[2] ?? '').replaceAll(/%([0-9a-f]{2})/gi, (_escape, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return decodeFormText(Buffer.from(bytes, 'latin1'), parts[1] ?? '');
}
