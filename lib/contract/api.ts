import { type Endpoint, operationsOf } from './endpoint.ts';
import { addImagesContract } from './endpoints/add-images.ts';
import { createEntryContract } from './endpoints/create-entry.ts';
import { createEntryUploadContract } from './endpoints/create-entry-upload.ts';
import { createProcessUploadContract } from './endpoints/create-process-upload.ts';
import { deleteEntryContract } from './endpoints/delete-entry.ts';
import { deleteImageContract } from './endpoints/delete-image.ts';
import { deleteManyProcessedContract } from './endpoints/delete-many-processed.ts';
import { deleteProcessedContract } from './endpoints/delete-processed.ts';
import { detectFacesContract } from './endpoints/detect-faces.ts';
import { docsAssetContract, docsContract } from './endpoints/docs.ts';
import { exportEntryContract } from './endpoints/export-entry.ts';
import { getEntryContract } from './endpoints/get-entry.ts';
import { getErasureContract } from './endpoints/get-erasure.ts';
import { getImageContract } from './endpoints/get-image.ts';
import { getProcessedContract } from './endpoints/get-processed.ts';
import { getProcessedImageContract } from './endpoints/get-processed-image.ts';
import { healthContract } from './endpoints/health.ts';
import { listAuditContract } from './endpoints/list-audit.ts';
import { listEntriesContract } from './endpoints/list-entries.ts';
import { listEventsContract } from './endpoints/list-events.ts';
import { listImagesContract } from './endpoints/list-images.ts';
import { listProcessedContract } from './endpoints/list-processed.ts';
import { lookBackContract } from './endpoints/look-back.ts';
import { mergeEntryContract } from './endpoints/merge-entry.ts';
import { openApiContract } from './endpoints/openapi.ts';
import { patchEntryContract } from './endpoints/patch-entry.ts';
import { processImagesContract } from './endpoints/process-images.ts';
import { reviewProcessedContract } from './endpoints/review-processed.ts';
import { searchHistoryContract } from './endpoints/search-history.ts';
import { statusContract } from './endpoints/status.ts';
import { updateEntryContract } from './endpoints/update-entry.ts';
import { verifyContract } from './endpoints/verify.ts';
import { verifyEntryContract } from './endpoints/verify-entry.ts';
import { welcomeContract } from './endpoints/welcome.ts';

/** Endpoints of the service, in the order in which the documentation shows them. */
export const api: readonly Endpoint[] = [
  processImagesContract,
  createProcessUploadContract,
  listProcessedContract,
  getProcessedContract,
  getProcessedImageContract,
  reviewProcessedContract,
  deleteProcessedContract,
  deleteManyProcessedContract,
  searchHistoryContract,
  detectFacesContract,
  verifyContract,
  createEntryContract,
  listEntriesContract,
  getEntryContract,
  updateEntryContract,
  patchEntryContract,
  deleteEntryContract,
  mergeEntryContract,
  exportEntryContract,
  lookBackContract,
  getErasureContract,
  addImagesContract,
  listImagesContract,
  getImageContract,
  deleteImageContract,
  createEntryUploadContract,
  verifyEntryContract,
  welcomeContract,
  healthContract,
  statusContract,
  listEventsContract,
  listAuditContract,
  openApiContract,
  docsContract,
  docsAssetContract,
];

/** Operations of the service: each endpoint under its own path, and again for each alias. */
export const operations: readonly Endpoint[] = api.flatMap(operationsOf);
