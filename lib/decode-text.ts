const utf8 = new TextDecoder('utf-8', { fatal: true });
const windows1252 = new TextDecoder('windows-1252');

/**
 * Decodes text without a stated encoding. It uses UTF-8 if the bytes are valid, else Windows-1252, which
 * older Western systems write. It never makes U+FFFD. It runs in a browser too.
 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return windows1252.decode(bytes);
  }
}

/** Decodes text that may be in UTF-16, if a byte order mark tells that it is. Spreadsheets write such. */
export function decodeMarkedText(bytes: Uint8Array): string {
  const mark = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0);
  const charset = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : undefined;
  const text = charset === undefined ? undefined : decodeAs(charset, bytes);
  return text === undefined || text.includes('\ufffd') ? decodeText(bytes) : text;
}

/** Decodes bytes; returns `undefined` if there is no such encoding, or the bytes are not in it. */
export function decodeAs(charset: string, bytes: Uint8Array): string | undefined {
  try {
    const decoder = new TextDecoder(charset, { fatal: true });
    // This encoding is for bytes that are no text: it makes private-use characters of them.
    return decoder.encoding === 'x-user-defined' ? undefined : decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
