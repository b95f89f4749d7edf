import type { AddedImages } from '../../../../lib/contract/endpoints/add-images.ts';
import type { CameraState } from '../../../../lib/contract/endpoints/cameras.ts';
import type { CreatedBlacklistRecord } from '../../../../lib/contract/endpoints/create-entry.ts';
import type { DeletedProcessed } from '../../../../lib/contract/endpoints/delete-many-processed.ts';
import type { Erasure } from '../../../../lib/contract/endpoints/get-erasure.ts';
import type { AuditLines } from '../../../../lib/contract/endpoints/list-audit.ts';
import type { MergedEntry } from '../../../../lib/contract/endpoints/merge-entry.ts';
import type { Status } from '../../../../lib/contract/endpoints/status.ts';
import type { EntryVerification } from '../../../../lib/contract/endpoints/verify-entry.ts';
import type { ReviewState, ReviewVerdict } from '../../../../lib/contract/review.ts';
import type {
  BlacklistRecord,
  ImageProcessingResult,
  PaginatedProcessedImages,
  ReferenceImage,
} from '../../../../lib/contract/shapes.ts';
import type { UploadContentType, UploadForm } from '../../../../lib/contract/uploads.ts';
import type { Verification } from '../../../../lib/contract/verification.ts';
import { formTexts, type PersonPatch, type PersonValues } from '../model/person.ts';
import { doorSource } from '../model/words.ts';
import { untilGone } from './again.ts';
import { noteCaller } from './caller.ts';
import { type Call, call, callJson, sendForm, statusPath } from './client.ts';
import type { Press } from './token.ts';

/** The service's endpoints that the console uses, each as a function. All throw what `call` throws. */

const api = 'api/v1';
const maxReference = 255;

export const imagePath = (entryId: number, imageId: string) =>
  `${api}/blacklist/${entryId}/images/${encodeURIComponent(imageId)}`;

/** Path of the square around a face, so that no phone loads whole pictures for a list. */
export const faceOf = (path: string, size: 160 | 320 | 640 = 320) =>
  `${path}${path.includes('?') ? '&' : '?'}size=${size}&crop=face`;

/** Path of a picture in a smaller size. */
export const smallOf = (path: string, size: 160 | 320 | 640) =>
  `${path}${path.includes('?') ? '&' : '?'}size=${size}`;

export const coverPath = (entryId: number) => faceOf(imagePath(entryId, 'cover'));

export const processedImagePath = (id: number, variant: 'original' | 'annotated' | 'crop') =>
  `${api}/processed-images/${id}/image?variant=${variant}`;

export type EntrySort = '-added' | 'added' | 'name' | '-last_seen' | '-updated' | 'expires';

/** Which entries are wanted. */
export interface EntryChoice {
  readonly query: string;
  readonly sort: EntrySort;
  readonly expired?: boolean | undefined;
  readonly limit: number;
  readonly offset?: number;
}

export interface EntryPage {
  readonly items: readonly BlacklistRecord[];
  /** Number of entries on all pages. */
  readonly total: number;
}

/** The service gives no larger page. */
const entriesInPage = 1_000;

/** Reads as many entries as are wanted, in as many pages as that takes. */
export async function listEntries(choice: EntryChoice, signal?: AbortSignal): Promise<EntryPage> {
  const { limit, offset = 0 } = choice;
  const page = await readEntries({ ...choice, limit: Math.min(limit, entriesInPage) }, signal);
  const left = limit - entriesInPage;
  if (left <= 0 || page.items.length < entriesInPage) return page;
  const next = await listEntries({ ...choice, limit: left, offset: offset + entriesInPage }, signal);
  // Somebody who is listed meanwhile moves the others into the next page.
  const known = new Set(page.items.map(({ id }) => id));
  return { items: [...page.items, ...next.items.filter(({ id }) => !known.has(id))], total: next.total };
}

async function readEntries(
  { query, sort, expired, limit, offset = 0 }: EntryChoice,
  signal?: AbortSignal,
): Promise<EntryPage> {
  const wanted = new URLSearchParams({ limit: String(limit), offset: String(offset), sort });
  if (query !== '') wanted.set('q', query);
  if (expired !== undefined) wanted.set('expired', String(expired));
  const response = await call(`${api}/blacklist/?${wanted}`, { signal });
  const items = (await response.json()) as BlacklistRecord[];
  return { items, total: Number(response.headers.get('X-Total-Count') ?? items.length) };
}

export function getEntry(id: number, signal?: AbortSignal): Promise<BlacklistRecord> {
  return callJson(`${api}/blacklist/${id}/`, { signal });
}

/** A request that may be repeated without doing anything twice. */
export type Once = Pick<Call, 'idempotencyKey' | 'signal' | 'pressedAt' | 'onSent'>;

export function createEntry(
  values: PersonValues,
  image: File,
  once: Once = {},
): Promise<CreatedBlacklistRecord> {
  const form = imageForm(image);
  for (const [name, text] of Object.entries(formTexts(values))) form.set(name, text);
  return callJson(`${api}/blacklist/`, { method: 'POST', body: form, ...once });
}

/** Changes what the patch names. With a `version`, it is refused with a 412 if the entry has another. */
export function patchEntry(id: number, patch: PersonPatch): Promise<BlacklistRecord> {
  return callJson(`${api}/blacklist/${id}/`, { method: 'PATCH', body: patch });
}

/** Deletes an entry, also when the page is left meanwhile. Another version than that is a 412. */
export function deleteEntry(
  id: number,
  wanted: Pick<Call, 'version' | 'pressedAt'>,
): Promise<BlacklistRecord> {
  return callJson(`${api}/blacklist/${id}/`, { method: 'DELETE', keepalive: true, ...wanted });
}

/**
 * Makes another entry of the same person part of one, or with `isPreview` tells what would come of it. After
 * a failure the same call goes on.
 */
export function mergeEntry(
  into: BlacklistRecord,
  from: BlacklistRecord,
  {
    isPreview = false,
    ...options
  }: Pick<Call, 'signal' | 'pressedAt'> & { readonly isPreview?: boolean } = {},
): Promise<MergedEntry> {
  const { id: entry_id, version: entry_version } = from;
  return callJson(`${api}/blacklist/${into.id}/merge`, {
    method: 'POST',
    body: { entry_id, entry_version, version: into.version, dry_run: isPreview },
    isQuestion: isPreview,
    ...options,
  });
}

export function listImages(entryId: number, signal?: AbortSignal): Promise<ReferenceImage[]> {
  return callJson(`${api}/blacklist/${entryId}/images`, { signal });
}

export function addImage(entryId: number, image: File, once: Once = {}): Promise<AddedImages> {
  return callJson(`${api}/blacklist/${entryId}/images`, { method: 'POST', body: imageForm(image), ...once });
}

export function deleteImage(entryId: number, imageId: string): Promise<ReferenceImage> {
  return callJson(imagePath(entryId, imageId), { method: 'DELETE' });
}

function imageForm(image: File): FormData {
  const form = new FormData();
  form.set('images', image, image.name);
  return form;
}

/**
 * Finds the faces of a picture, with their faults and whom they look like, also among entries that nobody
 * matches now. Nothing is kept of it. A file is uploaded first, so it may be too large for a request.
 */
export async function examineImage(
  image: string | File,
  signal?: AbortSignal,
): Promise<ImageProcessingResult> {
  const input = typeof image === 'string' ? image : await uploadPicture(image);
  return processOne({ images: [input], keep: 'none', out_of_force: true }, { signal, isQuestion: true });
}

export function processImage(
  image: string,
  candidates: number,
  reference: string,
  once: Once,
): Promise<ImageProcessingResult> {
  const references = [reference.slice(0, maxReference)];
  return processOne({ images: [image], candidates, references }, once);
}

/** Looks at a frame of the door's camera. Nothing is kept of people who do not match. */
export function lookAtDoor(
  image: string,
  keep: 'matches' | 'none',
  signal: AbortSignal,
): Promise<ImageProcessingResult> {
  return processOne({ images: [image], keep, source: doorSource }, { signal });
}

async function processOne(body: object, options: Call): Promise<ImageProcessingResult> {
  const [result] = await callJson<ImageProcessingResult[]>(`${api}/process/process-images`, {
    method: 'POST',
    body,
    ...options,
  });
  if (result === undefined) throw new Error('One picture must have one result.');
  return result;
}

/** Compares the faces of two pictures; of several faces the largest counts. */
export function verify(image1: string, image2: string): Promise<Verification> {
  return callJson(`${api}/verify`, { method: 'POST', body: { image1, image2 }, isQuestion: true });
}

export function verifyEntry(entryId: number, image: string): Promise<EntryVerification> {
  return callJson(`${api}/blacklist/${entryId}/verify`, {
    method: 'POST',
    body: { image },
    isQuestion: true,
  });
}

/** Sends a picture that is too large for a request. Returns its name for later requests. */
export async function uploadPicture(image: File, { onSent, ...once }: Once = {}): Promise<string> {
  const upload = await callJson<UploadForm>(`${api}/process/uploads`, {
    method: 'POST',
    body: { content_type: image.type as UploadContentType },
    ...once,
  });
  const form = new FormData();
  for (const [name, value] of Object.entries(upload.fields)) form.set(name, value);
  form.set('file', image, image.name);
  await sendForm(upload.url, form, onSent);
  return upload.image;
}

/** Filter of the list of processed pictures. Times are ISO 8601. */
export interface ProcessedFilter {
  readonly hasMatch?: boolean | undefined;
  readonly review?: ReviewState | undefined;
  readonly source?: string | undefined;
  readonly reference?: string | undefined;
  readonly entryId?: number | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Number that those of all pictures are smaller than. */
  readonly beforeId?: number | undefined;
}

/** Returns a filter as the service's list, and its deletion of many, take it. */
function filterQuery({ source, reference, since, until, ...filter }: ProcessedFilter) {
  const { hasMatch, review, entryId, beforeId } = filter;
  const wanted = {
    has_match: hasMatch,
    review,
    entry_id: entryId,
    source: source || undefined,
    reference: reference || undefined,
    since,
    until,
    before_id: beforeId,
  };
  const given = Object.entries(wanted).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
}

export function listProcessed(
  filter: ProcessedFilter,
  { limit, offset }: { limit: number; offset: number },
  signal?: AbortSignal,
): Promise<PaginatedProcessedImages> {
  const query = filterQuery(filter);
  query.set('limit', String(limit));
  query.set('offset', String(offset));
  return callJson(`${api}/processed-images/?${query}`, { signal });
}

export function getProcessed(id: number, signal?: AbortSignal): Promise<ImageProcessingResult> {
  return callJson(`${api}/processed-images/${id}`, { signal });
}

export async function getStatus(signal?: AbortSignal): Promise<Status> {
  const status = await callJson<Status>(statusPath, { signal });
  noteCaller(status);
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

export interface AuditFilter {
  readonly actor: string;
  readonly action: string;
  readonly entryId: string;
  readonly limit: number;
  readonly cursor: string | undefined;
}

export function listAudit(
  { actor, action, entryId, limit, cursor }: AuditFilter,
  signal?: AbortSignal,
): Promise<AuditLines> {
  const query = new URLSearchParams({ limit: String(limit) });
  if (actor !== '') query.set('actor', actor);
  if (action !== '') query.set('action', action);
  if (entryId !== '') query.set('entry_id', entryId);
  if (cursor !== undefined) query.set('cursor', cursor);
  return callJson(`${api}/audit?${query}`, { signal });
}

export function getErasure(entryId: number): Promise<Erasure> {
  return callJson(`${api}/erasures/${entryId}`);
}

export function listCameras(signal?: AbortSignal): Promise<CameraState[]> {
  return callJson(`${api}/cameras`, { signal });
}

export function pauseCamera(name: string, paused: boolean): Promise<CameraState> {
  return callJson(`${api}/cameras/${encodeURIComponent(name)}`, { method: 'PUT', body: { paused } });
}

/** Reads the newest picture of a camera. */
export async function cameraFrame(name: string, signal: AbortSignal): Promise<Blob> {
  return (await call(`${api}/cameras/${encodeURIComponent(name)}/frame`, { signal })).blob();
}

/** Deletes a processed picture with all its copies. */
export function deleteProcessed(id: number): Promise<void> {
  return untilGone(() => call(`${api}/processed-images/${id}`, { method: 'DELETE' }));
}

/** Finds which pictures a deletion by a filter would delete, the newest of them. */
export function findMany(filter: ProcessedFilter): Promise<DeletedProcessed> {
  const query = filterQuery(filter);
  query.set('dry_run', 'true');
  return callJson(`${api}/processed-images/?${query}`, { method: 'DELETE', isQuestion: true });
}

/** Deletes those of the pictures that a filter still means; as many as the service has time for. */
export function deleteMany(
  filter: ProcessedFilter,
  ids: readonly number[],
  press: Press,
): Promise<DeletedProcessed> {
  const query = filterQuery(filter);
  query.set('ids', ids.join());
  return callJson(`${api}/processed-images/?${query}`, { method: 'DELETE', ...press });
}
