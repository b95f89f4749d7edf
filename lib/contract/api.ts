import { addImages } from './add-images.ts';
import { createEntry } from './create-entry.ts';
import { createEntryUpload } from './create-entry-upload.ts';
import { createProcessUpload } from './create-process-upload.ts';
import { deleteEntry } from './delete-entry.ts';
import { deleteImage } from './delete-image.ts';
import { detectFaces } from './detect-faces.ts';
import { docs, docsAsset } from './docs.ts';
import type { Endpoint } from './endpoint.ts';
import { getEntry } from './get-entry.ts';
import { getImage } from './get-image.ts';
import { getProcessed } from './get-processed.ts';
import { getProcessedImage } from './get-processed-image.ts';
import { health } from './health.ts';
import { listEntries } from './list-entries.ts';
import { listImages } from './list-images.ts';
import { listProcessed, listProcessedUnderProcess } from './list-processed.ts';
import { openApi } from './openapi.ts';
import { processImages } from './process-images.ts';
import { status } from './status.ts';
import { updateEntry } from './update-entry.ts';
import { verify } from './verify.ts';
import { verifyEntry } from './verify-entry.ts';
import { welcome, welcomeToApi } from './welcome.ts';

/** Every endpoint of the service, in the order in which the documentation shows them. */
export const api: readonly Endpoint[] = [
  processImages,
  createProcessUpload,
  listProcessed,
  listProcessedUnderProcess,
  getProcessed,
  getProcessedImage,
  detectFaces,
  verify,
  createEntry,
  listEntries,
  getEntry,
  updateEntry,
  deleteEntry,
  addImages,
  listImages,
  getImage,
  deleteImage,
  createEntryUpload,
  verifyEntry,
  welcome,
  welcomeToApi,
  health,
  status,
  openApi,
  docs,
  docsAsset,
];
