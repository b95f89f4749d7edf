import type { AddedImages } from '../../../../lib/contract/endpoints/add-images.ts';
import type { CreatedBlacklistRecord } from '../../../../lib/contract/endpoints/create-entry.ts';
import type { Status } from '../../../../lib/contract/endpoints/status.ts';
import type { UpdateEntryRequest } from '../../../../lib/contract/endpoints/update-entry.ts';
import type {
  BlacklistRecord,
  DetectedFaceArea,
  ImageProcessingResult,
  PaginatedProcessedImages,
  ReferenceImage,
} from '../../../../lib/contract/shapes.ts';
import type { UploadContentType, UploadForm } from '../../../../lib/contract/uploads.ts';
import { callJson, sendForm } from './client.ts';

/** The service's endpoints that the console uses, each as a function. All throw what `call` throws. */

const api = 'api/v1';

export const imagePath = (entryId: number, imageId: string) =>
  `${api}/blacklist/${entryId}/images/${encodeURIComponent(imageId)}`;

export const processedImagePath = (id: number, variant: 'original' | 'annotated' | 'crop') =>
  `${api}/processed-images/${id}/image?variant=${variant}`;

export function listEntries(query: string, signal?: AbortSignal): Promise<BlacklistRecord[]> {
  return callJson(`${api}/blacklist/${query === '' ? '' : `?${new URLSearchParams({ q: query })}`}`, {
    signal,
  });
}

export function getEntry(id: number, signal?: AbortSignal): Promise<BlacklistRecord> {
  return callJson(`${api}/blacklist/${id}/`, { signal });
}

export function createEntry(name: string, reason: string, image: File): Promise<CreatedBlacklistRecord> {
  const form = imageForm(image);
  form.set('name', name);
  form.set('reason', reason);
  return callJson(`${api}/blacklist/`, { method: 'POST', body: form });
}

export function updateEntry(id: number, body: UpdateEntryRequest): Promise<BlacklistRecord> {
  return callJson(`${api}/blacklist/${id}/`, { method: 'PUT', body });
}

export function deleteEntry(id: number): Promise<BlacklistRecord> {
  return callJson(`${api}/blacklist/${id}/`, { method: 'DELETE' });
}

export function listImages(entryId: number, signal?: AbortSignal): Promise<ReferenceImage[]> {
  return callJson(`${api}/blacklist/${entryId}/images`, { signal });
}

export function addImage(entryId: number, image: File): Promise<AddedImages> {
  return callJson(`${api}/blacklist/${entryId}/images`, { method: 'POST', body: imageForm(image) });
}

export function deleteImage(entryId: number, imageId: string): Promise<ReferenceImage> {
  return callJson(imagePath(entryId, imageId), { method: 'DELETE' });
}

function imageForm(image: File): FormData {
  const form = new FormData();
  form.set('images', image, image.name);
  return form;
}

export function detectFaces(image: string, signal?: AbortSignal): Promise<DetectedFaceArea[]> {
  return callJson(`${api}/detect/detect-face`, { method: 'POST', body: { image }, signal });
}

export async function processImage(
  image: string,
  candidates: number,
  signal?: AbortSignal,
): Promise<ImageProcessingResult> {
  const [result] = await callJson<ImageProcessingResult[]>(`${api}/process/process-images`, {
    method: 'POST',
    body: { images: [image], candidates },
    signal,
  });
  if (result === undefined) throw new Error('One picture must have one result.');
  return result;
}

/** Sends a picture that is too large for a request. Returns its name for later requests. */
export async function uploadPicture(image: File): Promise<string> {
  const upload = await callJson<UploadForm>(`${api}/process/uploads`, {
    method: 'POST',
    body: { content_type: image.type as UploadContentType },
  });
  const form = new FormData();
  for (const [name, value] of Object.entries(upload.fields)) form.set(name, value);
  form.set('file', image, image.name);
  await sendForm(upload.url, form);
  return upload.image;
}

/** Filter of the list of processed pictures. Times are ISO 8601. */
export interface ProcessedFilter {
  readonly hasMatch?: boolean | undefined;
  readonly entryId?: number | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

export function listProcessed(
  { hasMatch, entryId, since, until }: ProcessedFilter,
  { limit, offset }: { limit: number; offset: number },
  signal?: AbortSignal,
): Promise<PaginatedProcessedImages> {
  const query = new URLSearchParams({ limit: String(limit), offset: String(offset) });
  if (hasMatch !== undefined) query.set('has_match', String(hasMatch));
  if (entryId !== undefined) query.set('entry_id', String(entryId));
  if (since !== undefined) query.set('since', since);
  if (until !== undefined) query.set('until', until);
  return callJson(`${api}/processed-images/?${query}`, { signal });
}

export function getProcessed(id: number, signal?: AbortSignal): Promise<ImageProcessingResult> {
  return callJson(`${api}/processed-images/${id}`, { signal });
}

export function getStatus(signal?: AbortSignal): Promise<Status> {
  return callJson(`${api}/status`, { signal });
}
