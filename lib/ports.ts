import type { LimitFunction } from 'p-limit';
import type { FaceBackend } from './faces/port.ts';
import type { ImageDelivery, ImageLocator, ImageStore } from './images/port.ts';
import type { InputReader } from './inputs/read.ts';
import type { RecordStore } from './records/port.ts';

/** The three stores, which change together. */
export interface Stores {
  readonly faces: FaceBackend;
  readonly records: RecordStore;
  readonly images: ImageStore;
}

/** What the use cases work with. */
export interface Ports extends Stores {
  readonly inputs: InputReader;
  /** Decoded pictures are large: over all requests, only so many are worked on at once. */
  readonly pictureSlots: LimitFunction;
}

/** What the use cases that only tell of entries work with: where their pictures are, without a store of pictures. */
export interface EntryPorts {
  readonly records: RecordStore;
  readonly images: ImageLocator;
}

/** What the use cases work with that give pictures out. */
export interface DeliveryPorts {
  readonly records: RecordStore;
  readonly delivery: ImageDelivery;
}

/** What the use cases that enroll pictures work with. */
export type EnrollingPorts = Omit<Ports, 'inputs'>;
