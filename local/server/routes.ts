import { handler as addImagesHandler } from '../../functions/add-images.ts';
import { handler as createEntryHandler } from '../../functions/create-entry.ts';
import { handler as createEntryUploadHandler } from '../../functions/create-entry-upload.ts';
import { handler as createProcessUploadHandler } from '../../functions/create-process-upload.ts';
import { handler as deleteEntryHandler } from '../../functions/delete-entry.ts';
import { handler as deleteImageHandler } from '../../functions/delete-image.ts';
import { handler as detectFacesHandler } from '../../functions/detect-faces.ts';
import { handler as docsHandler } from '../../functions/docs.ts';
import { handler as docsAssetHandler } from '../../functions/docs-asset.ts';
import { handler as getEntryHandler } from '../../functions/get-entry.ts';
import { handler as getImageHandler } from '../../functions/get-image.ts';
import { handler as getProcessedHandler } from '../../functions/get-processed.ts';
import { handler as getProcessedImageHandler } from '../../functions/get-processed-image.ts';
import { handler as healthHandler } from '../../functions/health.ts';
import { handler as listEntriesHandler } from '../../functions/list-entries.ts';
import { handler as listImagesHandler } from '../../functions/list-images.ts';
import { handler as listProcessedHandler } from '../../functions/list-processed.ts';
import { handler as listProcessedUnderProcessHandler } from '../../functions/list-processed-under-process.ts';
import { handler as openApiHandler } from '../../functions/open-api.ts';
import { handler as processImagesHandler } from '../../functions/process-images.ts';
import { handler as statusHandler } from '../../functions/status.ts';
import { handler as updateEntryHandler } from '../../functions/update-entry.ts';
import { handler as verifyHandler } from '../../functions/verify.ts';
import { handler as verifyEntryHandler } from '../../functions/verify-entry.ts';
import { handler as welcomeHandler } from '../../functions/welcome.ts';
import { handler as welcomeToApiHandler } from '../../functions/welcome-to-api.ts';
import { addImages } from '../../lib/contract/endpoints/add-images.ts';
import { createEntry } from '../../lib/contract/endpoints/create-entry.ts';
import { createEntryUpload } from '../../lib/contract/endpoints/create-entry-upload.ts';
import { createProcessUpload } from '../../lib/contract/endpoints/create-process-upload.ts';
import { deleteEntry } from '../../lib/contract/endpoints/delete-entry.ts';
import { deleteImage } from '../../lib/contract/endpoints/delete-image.ts';
import { detectFaces } from '../../lib/contract/endpoints/detect-faces.ts';
import { docs, docsAsset } from '../../lib/contract/endpoints/docs.ts';
import { getEntry } from '../../lib/contract/endpoints/get-entry.ts';
import { getImage } from '../../lib/contract/endpoints/get-image.ts';
import { getProcessed } from '../../lib/contract/endpoints/get-processed.ts';
import { getProcessedImage } from '../../lib/contract/endpoints/get-processed-image.ts';
import { health } from '../../lib/contract/endpoints/health.ts';
import { listEntries } from '../../lib/contract/endpoints/list-entries.ts';
import { listImages } from '../../lib/contract/endpoints/list-images.ts';
import { listProcessed, listProcessedUnderProcess } from '../../lib/contract/endpoints/list-processed.ts';
import { openApi } from '../../lib/contract/endpoints/openapi.ts';
import { processImages } from '../../lib/contract/endpoints/process-images.ts';
import { status } from '../../lib/contract/endpoints/status.ts';
import { updateEntry } from '../../lib/contract/endpoints/update-entry.ts';
import { verify } from '../../lib/contract/endpoints/verify.ts';
import { verifyEntry } from '../../lib/contract/endpoints/verify-entry.ts';
import { welcome, welcomeToApi } from '../../lib/contract/endpoints/welcome.ts';
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
  { contract: listImages, handler: listImagesHandler },
  { contract: getImage, handler: getImageHandler },
  { contract: deleteImage, handler: deleteImageHandler },
  { contract: verify, handler: verifyHandler },
  { contract: verifyEntry, handler: verifyEntryHandler },
  { contract: welcome, handler: welcomeHandler },
  { contract: welcomeToApi, handler: welcomeToApiHandler },
  { contract: health, handler: healthHandler },
  { contract: status, handler: statusHandler },
  { contract: openApi, handler: openApiHandler },
  { contract: docs, handler: docsHandler },
  { contract: docsAsset, handler: docsAssetHandler },
];
