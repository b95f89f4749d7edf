import type { FaceBackend } from './faces/port.ts';
import type { Leftovers } from './images/leftovers.ts';
import type { ImageDelivery, ImageLocator, ImageStore } from './images/port.ts';
import type { PictureSlots } from './inputs/port.ts';
import type { InputReader } from './inputs/read.ts';
import type { RecordStore } from './records/port.ts';

/** The stores, which change together. */
export interface Stores {
  readonly faces: FaceBackend;
  readonly records: RecordStore;
  readonly images: ImageStore;
  /** Files of the inbox; left out where there is no inbox beside the stores. */
  readonly leftovers?: Leftovers;
  /** Slots for stored pictures that are compared again; left out where none are. */
  readonly pictureSlots?: PictureSlots;
}

/** Ports of the use cases. */
export interface Ports extends Stores {
  readonly inputs: InputReader;
  /** Slots that limit the memory of decoded pictures: those of all requests share one budget. */
  readonly pictureSlots: PictureSlots;
  /** False where pictures are stored as they came, with all their metadata. */
  readonly stripMetadata?: boolean;
}

/** Ports of the read-only use cases. They need the pictures' locations and not the store itself. */
export interface EntryPorts {
  readonly records: RecordStore;
  readonly images: ImageLocator;
}

/** Ports of the use cases that deliver pictures. */
export interface DeliveryPorts {
  readonly records: RecordStore;
  readonly delivery: ImageDelivery;
  readonly images: ImageStore;
  readonly pictureSlots: PictureSlots;
}

/** Ports of the use cases that enroll pictures. */
export type EnrollingPorts = Omit<Ports, 'inputs'>;
