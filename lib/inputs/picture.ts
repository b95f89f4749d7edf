/** Picture formats that the service accepts. */
export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'gif';

/** A decoded, upright picture. */
export interface DecodedPicture {
  /** Width in pixels, after EXIF orientation. */
  readonly width: number;
  /** Height in pixels, after EXIF orientation. */
  readonly height: number;
  /** Pixels in 8-bit sRGB, row by row, `3 * width * height` bytes. */
  readonly pixels: Uint8Array;
}

/** A checked and decoded picture with the bytes that were sent, on which the face backends work. */
export interface Picture extends DecodedPicture {
  /** Bytes as they were sent. */
  readonly original: Uint8Array;
  readonly format: PictureFormat;
}
