import { draw, type Size } from '../api/pictures.ts';
import { isSlowLine } from '../api/prepare.ts';
import { type Brightness, cellsOf, pixels } from '../model/presence.ts';

/** Longer side of a picture that is sent. Whoever stands at a door fills enough of it. */
const sentSide = 1_280;
const slowSide = 800;
const quality = 0.85;

/** Reads the frames of a camera, in two sizes. */
export class FrameReader {
  readonly #video: HTMLVideoElement;
  readonly #canvas = document.createElement('canvas');
  readonly #context: CanvasRenderingContext2D | null;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
    this.#canvas.width = pixels.width;
    this.#canvas.height = pixels.height;
    this.#context = this.#canvas.getContext('2d', { willReadFrequently: true });
  }

  /** Returns the brightness of the frame that is shown; undefined while there is none. */
  cells(): Brightness | undefined {
    const { width, height } = pixels;
    if (this.#context === null || this.#video.videoWidth === 0) return undefined;
    this.#context.drawImage(this.#video, 0, 0, width, height);
    return cellsOf(this.#context.getImageData(0, 0, width, height).data);
  }

  /** Returns the frame that is shown as a JPEG, scaled down. */
  async picture(): Promise<{ blob: Blob; size: Size }> {
    const { videoWidth: w, videoHeight: h } = this.#video;
    const scale = Math.min(1, (isSlowLine() ? slowSide : sentSide) / Math.max(w, h));
    const blob = await draw(this.#video, { x: 0, y: 0, w, h }, scale, 'image/jpeg', quality);
    return { blob, size: { width: Math.round(w * scale), height: Math.round(h * scale) } };
  }
}
