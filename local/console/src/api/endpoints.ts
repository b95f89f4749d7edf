import type { AddedImages } from '../../../../lib/contract/endpoints/add-images.ts';
import type { CreatedBlacklistRecord } from '../../../../lib/contract/endpoints/create-entry.ts';
import type { Status } from '../../../../lib/contract/endpoints/status.ts';
import type { EntryVerification } from '../../../../lib/contract/endpoints/verify-entry.ts';
import type { ReviewVerdict } from '../../../../lib/contract/review.ts';
import type {
  BlacklistRecord,
  ImageProcessingResult,
  PaginatedProcessedImages,
  ReferenceImage,
} from '../../../../lib/contract/shapes.ts';
import type { UploadContentType, UploadForm } from '../../../../lib/contract/uploads.ts';
import type { Verification } from '../../../../lib/contract/verification.ts';
import { formTexts, type PersonPatch, type PersonValues } from '../model/person.ts';
import { caller } from './caller.ts';
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

export function createEntry(values: PersonValues, image: File): Promise<CreatedBlacklistRecord> {
  const form = imageForm(image);
  for (const [name, text] of Object.entries(formTexts(values))) form.set(name, text);
  return callJson(`${api}/blacklist/`, { method: 'POST', body: form });
}

/** Changes what the patch names. With a `version`, it is refused with a 412 if the entry has another. */
export function patchEntry(id: number, patch: PersonPatch): Promise<BlacklistRecord> {
  return callJson(`${api}/blacklist/${id}/`, { method: 'PATCH', body: patch });
}

/** Deletes an entry, also when the page is left meanwhile. Another version than that is a 412. */
export function deleteEntry(id: number, version?: number): Promise<BlacklistRecord> {
  return callJson(`${api}/blacklist/${id}/`, { method: 'DELETE', version, keepalive: true });
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

/** Finds the faces of a picture, with their faults and whom they look like. Nothing is kept of it. */
export function examineImage(image: string, signal?: AbortSignal): Promise<ImageProcessingResult> {
  return processOne({ images: [image], keep: 'none' }, signal);
}

export function processImage(
  image: string,
  candidates: number,
  signal?: AbortSignal,
): Promise<ImageProcessingResult> {
  return processOne({ images: [image], candidates }, signal);
}

async function processOne(body: object, signal: AbortSignal | undefined): Promise<ImageProcessingResult> {
  const [result] = await callJson<ImageProcessingResult[]>(`${api}/process/process-images`, {
    method: 'POST',
    body,
    signal,
  });
  if (result === undefined) throw new Error('One picture must have one result.');
  return result;
}

/** Compares the faces of two pictures; of several faces the largest counts. */
export function verify(image1: string, image2: string): Promise<Verification> {
  return callJson(`${api}/verify`, { method: 'POST', body: { image1, image2 } });
}

export function verifyEntry(entryId: number, image: string): Promise<EntryVerification> {
  return callJson(`${api}/blacklist/${entryId}/verify`, { method: 'POST', body: { image } });
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

export async function getStatus(signal?: AbortSignal): Promise<Status> {
  const status = await callJson<Status>(`${api}/status`, { signal });
  // An earlier service does not tell who asks.
  caller.update((known) => (known?.role === status.caller?.role ? known : status.caller));
  return status;
}

/** Verdict of a person on a face and the entry that it matched, or nearly matched. */
export interface ReviewOfFace {
  readonly faceIndex: number;
  readonly entryId: number;
  readonly verdict: ReviewVerdict;
}

export function reviewProcessed(
  id: number,
  { faceIndex, entryId, verdict }: ReviewOfFace,
): Promise<ImageProcessingResult> {
  return callJson(`${api}/processed-images/${id}/review`, {
    method: 'PUT',
    body: { face_index: faceIndex, entry_id: entryId, verdict },
  });
}
