import type { AddressCheck } from '../inputs/address-check.ts';
import type { CameraAddress } from './address.ts';
import { FfmpegSource } from './ffmpeg.ts';
import { HttpSource } from './http.ts';
import type { FrameSource } from './port.ts';

export interface SourceSettings {
  readonly framesPerSecond: number;
  /** Program that decodes video. */
  readonly program: string;
  /** Addresses that a camera may have; any without it. */
  readonly isAllowed?: AddressCheck | undefined;
}

/** Makes the source that reads an address. */
export function openSource(
  address: Exclude<CameraAddress, { kind: 'push' }>,
  settings: SourceSettings,
): FrameSource {
  if (address.kind === 'http') return new HttpSource({ url: address.url, ...settings });
  return new FfmpegSource({ address, ...settings });
}
