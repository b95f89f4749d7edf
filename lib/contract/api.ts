import type { Endpoint } from './endpoint.ts';
import { addImages } from './endpoints/add-images.ts';
import { createEntry } from './endpoints/create-entry.ts';
import { createEntryUpload } from './endpoints/create-entry-upload.ts';
import { createProcessUpload } from './endpoints/create-process-upload.ts';
import { deleteEntry } from './endpoints/delete-entry.ts';
import { deleteImage } from './endpoints/delete-image.ts';
import { detectFaces } from './endpoints/detect-faces.ts';
import { docs, docsAsset } from './endpoints/docs.ts';
import { getEntry } from './endpoints/get-entry.ts';
import { getImage } from './endpoints/get-image.ts';
import { getProcessed } from './endpoints/get-processed.ts';
import { getProcessedImage } from './endpoints/get-processed-image.ts';
import { health } from './endpoints/health.ts';
import { listEntries } from './endpoints/list-entries.ts';
import { listImages } from './endpoints/list-images.ts';
import { listProcessed, listProcessedUnderProcess } from './endpoints/list-processed.ts';
import { openApi } from './endpoints/openapi.ts';
import { processImages } from './endpoints/process-images.ts';
import { status } from './endpoints/status.ts';
import { updateEntry } from './endpoints/update-entry.ts';
import { verify } from './endpoints/verify.ts';
import { verifyEntry } from './endpoints/verify-entry.ts';
import { welcome, welcomeToApi } from './endpoints/welcome.ts';

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
