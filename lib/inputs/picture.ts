/** Picture formats that the service accepts. */
export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'gif';

/** A checked, decoded and upright picture, on which the face backends work. */
export interface Picture {
  /** Width in pixels, after EXIF orientation. */
  readonly width: number;
  /** Height in pixels, after EXIF orientation. */
  readonly height: number;
  /** Pixels in 8-bit sRGB, row by row, `3 * width * height` bytes. */
  readonly pixels: Uint8Array;
  /** Bytes as they were sent. */
  readonly original: Uint8Array;
  readonly format: PictureFormat;
}
