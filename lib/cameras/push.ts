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
   * @throws SourceError when it can't be read
   */
  async receive(bytes: Uint8Array): Promise<void> {
    const at = Date.now();
    const newest = this.#newest;
    newest.put({ ...(await decodeFrame(bytes)), at });
  }

  async *frames(signal: AbortSignal): AsyncGenerator<Frame, void> {
    this.#counted = this.counts;
    const newest = new Newest<Frame>();
    this.#newest = newest;
    const end = () => newest.end();
    signal.addEventListener('abort', end);
    try {
      if (!signal.aborted) yield* newest.items();
    } finally {
      signal.removeEventListener('abort', end);
      newest.end();
    }
  }
}
