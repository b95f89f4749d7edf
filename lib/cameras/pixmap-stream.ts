import type { FramePixels } from './port.ts';
import { SourceError } from './port.ts';

/** Pixels of the largest frame that is taken: 4K and a little. */
const maxPixels = 10_000_000;
const maxHeaderBytes = 64;
/** Frames' memory that waits to be used again. */
const mostSpare = 3;

/**
 * Reads frames out of a stream of binary PPM pictures. Each has its own size, so that a change is seen.
 * @throws SourceError for what is no such picture, or too large a one
 */
export class PixmapReader {
  #header = Buffer.alloc(0);
  #frame: { width: number; height: number; pixels: Uint8Array; filled: number } | undefined;
  #spare: Uint8Array[] = [];

  /** Takes the next bytes, and returns the frames that they complete. */
  push(chunk: Uint8Array): FramePixels[] {
    const frames: FramePixels[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      if (!this.#frame) rest = this.#readHeader(rest);
      const frame = this.#frame;
      if (!frame) break;
      const part = rest.subarray(0, frame.pixels.length - frame.filled);
      frame.pixels.set(part, frame.filled);
      frame.filled += part.length;
      rest = rest.subarray(part.length);
      if (frame.filled === frame.pixels.length) {
        frames.push({ width: frame.width, height: frame.height, pixels: frame.pixels });
        this.#frame = undefined;
      }
    }
    return frames;
  }

  /**
   * Takes back a frame that nobody uses any more. Its memory is used for a later one: new memory for each
   * costs more than all else that is done with frames in which nothing moves.
   */
  recycle({ pixels }: FramePixels): void {
    if (this.#spare.length < mostSpare) this.#spare.push(pixels);
  }

  /** Reads the header as far as it is there; returns the bytes behind it. */
  #readHeader(bytes: Uint8Array): Uint8Array {
    const before = this.#header.length;
    this.#header = Buffer.concat([this.#header, bytes.subarray(0, maxHeaderBytes - before)]);
    const match = /^P6\s(\d{1,6})\s(\d{1,6})\s255\s/.exec(this.#header.toString('latin1'));
    if (!match) {
      if (this.#header.length < maxHeaderBytes) return new Uint8Array();
      throw new SourceError('The decoder gave no picture.');
    }
    const [text, width, height] = [match[0], Number(match[1]), Number(match[2])];
    if (width * height > maxPixels || width * height === 0) {
      throw new SourceError(
        `Its frames are ${width} x ${height} pixels, and ${maxPixels} at most are taken.`,
      );
    }
    this.#header = Buffer.alloc(0);
    this.#frame = { width, height, pixels: this.#memory(3 * width * height), filled: 0 };
    return bytes.subarray(text.length - before);
  }

  #memory(length: number): Uint8Array {
    // After a change of size there are none that fit.
    this.#spare = this.#spare.filter((pixels) => pixels.length === length);
    return this.#spare.pop() ?? new Uint8Array(length);
  }
}
