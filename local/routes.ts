import { handler as addImagesHandler } from '../functions/add-images.ts';
import { handler as createEntryHandler } from '../functions/create-entry.ts';
import { handler as createEntryUploadHandler } from '../functions/create-entry-upload.ts';
import { handler as createProcessUploadHandler } from '../functions/create-process-upload.ts';
import { handler as deleteEntryHandler } from '../functions/delete-entry.ts';
import { handler as deleteImageHandler } from '../functions/delete-image.ts';
import { handler as detectFacesHandler } from '../functions/detect-faces.ts';
import { handler as docsHandler } from '../functions/docs.ts';
import { handler as docsAssetHandler } from '../functions/docs-asset.ts';
import { handler as getEntryHandler } from '../functions/get-entry.ts';
import { handler as getImageHandler } from '../functions/get-image.ts';
import { handler as getProcessedHandler } from '../functions/get-processed.ts';
import { handler as getProcessedImageHandler } from '../functions/get-processed-image.ts';
import { handler as healthHandler } from '../functions/health.ts';
import { handler as listEntriesHandler } from '../functions/list-entries.ts';
import { handler as listImagesHandler } from '../functions/list-images.ts';
import { handler as listProcessedHandler } from '../functions/list-processed.ts';
import { handler as listProcessedUnderProcessHandler } from '../functions/list-processed-under-process.ts';
import { handler as openApiHandler } from '../functions/open-api.ts';
import { handler as processImagesHandler } from '../functions/process-images.ts';
import { handler as statusHandler } from '../functions/status.ts';
import { handler as updateEntryHandler } from '../functions/update-entry.ts';
import { handler as verifyHandler } from '../functions/verify.ts';
import { handler as verifyEntryHandler } from '../functions/verify-entry.ts';
import { handler as welcomeHandler } from '../functions/welcome.ts';
import { handler as welcomeToApiHandler } from '../functions/welcome-to-api.ts';
import { addImages } from '../lib/contract/add-images.ts';
import { createEntry } from '../lib/contract/create-entry.ts';
import { createEntryUpload } from '../lib/contract/create-entry-upload.ts';
import { createProcessUpload } from '../lib/contract/create-process-upload.ts';
import { deleteEntry } from '../lib/contract/delete-entry.ts';
import { deleteImage } from '../lib/contract/delete-image.ts';
import { detectFaces } from '../lib/contract/detect-faces.ts';
import { docs, docsAsset } from '../lib/contract/docs.ts';
import { getEntry } from '../lib/contract/get-entry.ts';
import { getImage } from '../lib/contract/get-image.ts';
import { getProcessed } from '../lib/contract/get-processed.ts';
import { getProcessedImage } from '../lib/contract/get-processed-image.ts';
import { health } from '../lib/contract/health.ts';
import { listEntries } from '../lib/contract/list-entries.ts';
import { listImages } from '../lib/contract/list-images.ts';
import { listProcessed, listProcessedUnderProcess } from '../lib/contract/list-processed.ts';
import { openApi } from '../lib/contract/openapi.ts';
import { processImages } from '../lib/contract/process-images.ts';
import { status } from '../lib/contract/status.ts';
import { updateEntry } from '../lib/contract/update-entry.ts';
import { verify } from '../lib/contract/verify.ts';
import { verifyEntry } from '../lib/contract/verify-entry.ts';
import { welcome, welcomeToApi } from '../lib/contract/welcome.ts';
import type { Route } from './gateway.ts';

/** Which handler answers for which contract: what the deployment says in its stack, said for the local server. */
export const routes: readonly Route[] = [
  { contract: processImages, handler: processImagesHandler },
  { contract: listProcessed, handler: listProcessedHandler },
  { contract: listProcessedUnderProcess, handler: listProcessedUnderProcessHandler },
  { contract: getProcessed, handler: getProcessedHandler },
  { contract: getProcessedImage, handler: getProcessedImageHandler },
  { contract: detectFaces, handler: detectFacesHandler },
  { contract: createEntry, handler: createEntryHandler },
  { contract: listEntries, handler: listEntriesHandler },
  { contract: getEntry, handler: getEntryHandler },
  { contract: updateEntry, handler: updateEntryHandler },
  { contract: deleteEntry, handler: deleteEntryHandler },
  { contract: createEntryUpload, handler: createEntryUploadHandler },
  { contract: createProcessUpload, handler: createProcessUploadHandler },
  { contract: addImages, handler: addImagesHandler },
  { contract: verify, handler: verifyHandler },
  { contract: verifyEntry, handler: verifyEntryHandler },
  { contract: listImages, handler: listImagesHandler },
  { contract: getImage, handler: getImageHandler },
  { contract: deleteImage, handler: deleteImageHandler },
  { contract: welcome, handler: welcomeHandler },
  { contract: welcomeToApi, handler: welcomeToApiHandler },
  { contract: health, handler: healthHandler },
  { contract: status, handler: statusHandler },
  { contract: openApi, handler: openApiHandler },
  { contract: docs, handler: docsHandler },
  { contract: docsAsset, handler: docsAssetHandler },
];
