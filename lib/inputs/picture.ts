/** The picture formats that we take. */
export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'gif';

/** A picture that was checked, decoded and turned upright: what the face backends work on. */
export interface Picture {
  /** Pixels, after EXIF orientation. */
  readonly width: number;
  /** Pixels, after EXIF orientation. */
  readonly height: number;
  /** 8-bit sRGB, row by row, `3 * width * height` bytes. */
  readonly pixels: Uint8Array;
  /** The bytes as they came, untouched. */
  readonly original: Uint8Array;
  readonly format: PictureFormat;
}
