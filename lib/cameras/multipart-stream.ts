import { SourceError } from './port.ts';

/** Bytes of the largest picture of a camera. */
export const maxPictureBytes = 16 * 1024 * 1024;
const maxHeaderBytes = 16 * 1024;
const headerEnd = Buffer.from('\r\n\r\n');

/**
 * Reads the parts of `multipart/x-mixed-replace`, which cameras call MJPEG.
 * @throws SourceError for a part that is too large, or what is no such stream
 */
export class MultipartReader {
  readonly #delimiter: Buffer;
  #bytes = Buffer.alloc(0);
  #part: { readonly length: number | undefined; searched: number } | undefined;

  /** @param boundary as the content type tells it; some cameras write its dashes there too */
  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`--${boundary.replace(/^--/, '')}`, 'latin1');
  }

  /** Takes the next bytes, and returns the parts that they complete. */
  push(chunk: Uint8Array): Uint8Array[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const parts: Uint8Array[] = [];
    for (;;) {
      const part = this.#part ? this.#readBody(this.#part) : this.#readHeader();
      if (part === undefined) return parts;
      if (part.length > 0) parts.push(part);
    }
  }

  /** Reads a part's header; returns nothing of a part, or `undefined` while it is not whole. */
  #readHeader(): Uint8Array | undefined {
    const end = this.#bytes.indexOf(headerEnd);
    if (end === -1) {
      if (this.#bytes.length > maxHeaderBytes) throw new SourceError('It sends no MJPEG stream.');
      return undefined;
    }
    const header = this.#bytes.subarray(0, end).toString('latin1');
    const declared = /^content-length:\s*(\d{1,12})\s*$/im.exec(header)?.[1];
    const length = declared === undefined ? undefined : Number(declared);
    if (length !== undefined && length > maxPictureBytes) throw tooLarge();
    this.#bytes = this.#bytes.subarray(end + headerEnd.length);
    this.#part = { length, searched: 0 };
    return new Uint8Array();
  }

  /** Reads a part's body, to its length, or else to the next delimiter. */
  #readBody(part: { readonly length: number | undefined; searched: number }): Uint8Array | undefined {
    const end = part.length ?? this.#bytes.indexOf(this.#delimiter, part.searched);
    if (end === -1 || this.#bytes.length < end) {
      if (this.#bytes.length > maxPictureBytes) throw tooLarge();
      part.searched = Math.max(0, this.#bytes.length - this.#delimiter.length);
      return undefined;
    }
    // Before a delimiter comes the end of the line.
    const body = Buffer.from(this.#bytes.subarray(0, part.length ?? Math.max(0, end - 2)));
    this.#bytes = this.#bytes.subarray(end);
    this.#part = undefined;
    return body;
  }
}

function tooLarge(): SourceError {
  return new SourceError(`A picture of it has more than ${maxPictureBytes} bytes.`);
}

/** Returns the boundary that a content type tells; `undefined` if it is of no MJPEG stream. */
export function boundaryOf(contentType: string): string | undefined {
  if (!/^multipart\//i.test(contentType)) return undefined;
  const [, quoted, plain] = /boundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))/i.exec(contentType) ?? [];
  return quoted ?? plain;
}
