import { decodeFrame } from './frame-picture.ts';
import { Newest } from './newest.ts';
import type { Frame, FrameSource } from './port.ts';

/** Takes the pictures that clients send: a kiosk's browser, a phone, a camera that uploads by itself. */
export class PushSource implements FrameSource {
  #newest = new Newest<Frame>();
  #counted = { received: 0, dropped: 0 };

  get counts(): FrameSource['counts'] {
    const { received, dropped } = this.#newest;
    return { received: this.#counted.received + received, dropped: this.#counted.dropped + dropped };
  }

  /**
   * Takes a picture. It replaces one that nobody has looked at yet.
   * @param checkWanted throws if pictures are not wanted any more when it has been decoded
   * @throws SourceError when it can't be read
   */
  async receive(bytes: Uint8Array, checkWanted: () => void = () => undefined): Promise<void> {
    const at = Date.now();
    const frame = await decodeFrame(bytes);
    checkWanted();
    this.#newest.put({ ...frame, at });
  }

  async *frames(signal: AbortSignal): AsyncGenerator<Frame, void> {
    const newest = this.#newest;
    const end = () => newest.end();
    signal.addEventListener('abort', end);
    try {
      if (!signal.aborted) yield* newest.items();
    } finally {
      signal.removeEventListener('abort', end);
      newest.end();
      // A picture that comes before it is opened again waits.
      this.#counted = this.counts;
      this.#newest = new Newest<Frame>();
    }
  }
}
