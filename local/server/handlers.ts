import { handler as addImages } from '../../functions/add-images.ts';
import { handler as createEntry } from '../../functions/create-entry.ts';
import { handler as createEntryUpload } from '../../functions/create-entry-upload.ts';
import { handler as createProcessUpload } from '../../functions/create-process-upload.ts';
import { handler as deleteEntry } from '../../functions/delete-entry.ts';
import { handler as deleteImage } from '../../functions/delete-image.ts';
import { handler as deleteManyProcessed } from '../../functions/delete-many-processed.ts';
import { handler as deleteProcessed } from '../../functions/delete-processed.ts';
import { handler as detectFaces } from '../../functions/detect-faces.ts';
import { handler as docs } from '../../functions/docs.ts';
import { handler as docsAsset } from '../../functions/docs-asset.ts';
import { handler as exportEntry } from '../../functions/export-entry.ts';
import { handler as getEntry } from '../../functions/get-entry.ts';
import { handler as getErasure } from '../../functions/get-erasure.ts';
import { handler as getImage } from '../../functions/get-image.ts';
import { handler as getProcessed } from '../../functions/get-processed.ts';
import { handler as getProcessedImage } from '../../functions/get-processed-image.ts';
import { handler as health } from '../../functions/health.ts';
import { handler as listAudit } from '../../functions/list-audit.ts';
import { handler as listEntries } from '../../functions/list-entries.ts';
import { handler as listEvents } from '../../functions/list-events.ts';
import { handler as listImages } from '../../functions/list-images.ts';
import { handler as listProcessed } from '../../functions/list-processed.ts';
import { handler as lookBack } from '../../functions/look-back.ts';
import { handler as mergeEntry } from '../../functions/merge-entry.ts';
import { handler as openApi } from '../../functions/open-api.ts';
import { handler as patchEntry } from '../../functions/patch-entry.ts';
import { handler as processImages } from '../../functions/process-images.ts';
import { handler as reviewProcessed } from '../../functions/review-processed.ts';
import { handler as searchHistory } from '../../functions/search-history.ts';
import { handler as status } from '../../functions/status.ts';
import { handler as updateEntry } from '../../functions/update-entry.ts';
import { handler as verify } from '../../functions/verify.ts';
import { handler as verifyEntry } from '../../functions/verify-entry.ts';
import { handler as welcome } from '../../functions/welcome.ts';
import type { EndpointHandler } from '../../lib/http/endpoint.ts';

/** The handlers of all endpoints, for the local server. The stack deploys the same ones as functions. */
export const handlers: readonly EndpointHandler[] = [
  processImages,
  listProcessed,
  getProcessed,
  getProcessedImage,
  reviewProcessed,
  deleteProcessed,
  deleteManyProcessed,
  detectFaces,
  createEntry,
  listEntries,
  getEntry,
  updateEntry,
  patchEntry,
  deleteEntry,
  mergeEntry,
  exportEntry,
  searchHistory,
  lookBack,
  getErasure,
  createEntryUpload,
  createProcessUpload,
  addImages,
  listImages,
  getImage,
  deleteImage,
  verify,
  verifyEntry,
  welcome,
  health,
  status,
  listEvents,
  listAudit,
  openApi,
  docs,
  docsAsset,
];
