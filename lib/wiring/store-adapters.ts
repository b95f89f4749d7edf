import type { KeptAnswers } from '../answers/port.ts';
import type { AuditTrail } from '../audit/port.ts';
import type { Outbox } from '../events/port.ts';
import type { CollectionsNote } from '../faces/rekognition/galleries.ts';
import type { KeptFaceRecords } from '../faces/rekognition/kept-faces.ts';
import type { DataFolder } from '../records/data-folder.ts';
import type { RecordStore } from '../records/port.ts';

/** All that one record store keeps. Each opener imports its adapter when it is called. */
export interface StoreAdapters {
  records(): Promise<RecordStore>;
  /** Opens the records for the caller to close; returns `undefined` if there are none yet. */
  presentRecords(): Promise<RecordStore | undefined>;
  dataFolder(): Promise<DataFolder>;
  audit(): Promise<AuditTrail>;
  keptAnswers(): Promise<KeptAnswers>;
  collectionsNote(): Promise<CollectionsNote>;
  /** Opens the records of Rekognition's faces that matched nobody, where the store keeps them. */
  keptFaces(): Promise<KeptFaceRecords | undefined>;
  /** Opens the queue of deliveries; returns `undefined` where a stream carries the events. */
  outbox(): Promise<Outbox | undefined>;
  /** Returns the id that marks the pictures of these records. */
  storeId(): Promise<string>;
}
