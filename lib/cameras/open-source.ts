import type { CameraAddress } from './address.ts';
import { FfmpegSource } from './ffmpeg.ts';
import { HttpSource } from './http.ts';
import type { FrameSource } from './port.ts';

export interface SourceSettings {
  readonly framesPerSecond: number;
  /** Program that decodes video. */
  readonly program: string;
}

/** Makes the source that reads an address. */
export function openSource(
  address: Exclude<CameraAddress, { kind: 'push' }>,
  { framesPerSecond, program }: SourceSettings,
): FrameSource {
  if (address.kind === 'http') return new HttpSource({ url: address.url, framesPerSecond });
  return new FfmpegSource({ address, framesPerSecond, program });
}
