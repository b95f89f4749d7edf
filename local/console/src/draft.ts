import pLimit from 'p-limit';
import type {
  BlacklistMatch,
  Box,
  DetectedFace,
  ImageProcessingResult,
} from '../../../lib/contract/shapes.ts';
import type { VerdictReason } from '../../../lib/contract/verdict.ts';
import { askedAgainText, mayPass, untilAnswered } from './api/again.ts';
import { haveEntriesChanged, placeInEvents } from './api/changes.ts';
import { errorMessage, type Message } from './api/client.ts';
import { examineImage } from './api/endpoints.ts';
import type { Size } from './api/pictures.ts';
import { cutFace, prepare, preview, UnreadableFileError } from './api/prepare.ts';
import type { PersonValues } from './model/person.ts';
import { Store } from './store.ts';

/** Pictures that are to become reference pictures. Of their faces a person chooses one before sending. */

/** A listed person whom a face of a draft looks like. */
export interface LooksLike {
  readonly id: number;
  readonly name: string;
  readonly similarity: number;
  readonly isMatch: boolean;
  /** True if the entry is suspended or has expired, so that nobody matches it. */
  readonly isOutOfForce: boolean;
  /** Reference picture that is nearest; null if the service does not tell. */
  readonly imageId: string | null;
}

export interface DraftFace {
  readonly area: Box;
  /** Faults by which the service may refuse it. */
  readonly reasons: readonly VerdictReason[];
  /** Best first. */
  readonly looksLike: readonly LooksLike[];
}

export interface DraftPicture {
  readonly id: number;
  readonly name: string;
  readonly file: File;
  readonly url: string;
  readonly size?: Size;
  /** Faces, largest first; undefined until they were found, and if that failed. */
  readonly faces?: readonly DraftFace[];
  /** Index of the face that is to be enrolled; undefined while nobody has chosen among several. */
  readonly chosen?: number;
  /** Place in the service's events before its faces were looked at; undefined if it is not known. */
  readonly asOf?: string | undefined;
  /** Request that sent it, once its answer was lost. */
  readonly request?: DraftRequest | undefined;
  readonly state:
    | 'looking'
    | 'ready'
    | 'not-looked-at'
    | 'unreadable'
    | 'sending'
    | 'unanswered'
    | 'added'
    | 'refused';
  /** Message about the picture, in words. */
  readonly text?: Message;
}

/** Request that sends a picture. It is repeated as it was, so that the service knows it again. */
export interface DraftRequest {
  readonly key: string;
  readonly file: File;
  readonly values: PersonValues;
  /** Entry that gets the picture; undefined if it lists the person. */
  readonly entryId: number | undefined;
}

export type Draft = Store<readonly DraftPicture[]>;

/** Drafts with a picture of which nobody knows yet whether it was added. */
export const unsettled = new Store<ReadonlySet<Draft>>(new Set());

function newDraft(): Draft {
  const draft: Draft = new Store<readonly DraftPicture[]>([]);
  draft.subscribe(() => {
    const others = [...unsettled.value].filter((other) => other !== draft);
    unsettled.set(new Set(draft.value.some(isUnsettled) ? [...others, draft] : others));
  });
  return draft;
}

/** Pictures of the person who is to be listed. They outlive the page. */
export const newPersonPictures = newDraft();

const ofEntries = new Map<number, Draft>();

/** Returns the pictures that are to be added to a listed person. They outlive the page. */
export function picturesFor(entryId: number): Draft {
  const draft = ofEntries.get(entryId) ?? newDraft();
  ofEntries.set(entryId, draft);
  return draft;
}

/** Drafts that are being sent, which goes on when the page is left. */
export const beingSent = new Store<ReadonlySet<Draft>>(new Set());

/** Longer side of the copy in which faces are looked for before sending. */
const previewSide = 1_600;
const limit = pLimit(2);
let lastId = 0;

export function addFiles(draft: Draft, files: readonly File[], maxBytes: number | undefined): void {
  const asOf = placeInEvents();
  for (const file of files) {
    const id = ++lastId;
    const url = URL.createObjectURL(file);
    const added: DraftPicture = { id, name: file.name, file, url, state: 'looking' };
    draft.update((pictures) => [...pictures, added]);
    void limit(() => look(draft, added, { maxBytes, asOf }));
  }
}

/** Returns true if the faces of a picture could not be looked for, which may pass. */
export const isNotLookedAt = ({ state }: DraftPicture) => state === 'not-looked-at';

/** Returns true if nobody knows yet whether the picture was added. */
export const isUnsettled = ({ state }: DraftPicture) => state === 'unanswered';

export const isToSend = ({ state }: DraftPicture) => state === 'ready' || state === 'unanswered';

/** Looks for the faces again of these pictures, after it failed. */
export function lookAgain(draft: Draft, pictures: readonly DraftPicture[]): void {
  const asOf = placeInEvents();
  for (const picture of pictures) {
    change(draft, picture.id, { state: 'looking', text: { text: '' } });
    void limit(() => look(draft, picture, { maxBytes: undefined, asOf }));
  }
}

/**
 * Finds out anew whom the faces look like, if entries have changed since they were looked at. The choice of a
 * face stays. Returns true if it did.
 *
 * @throws errors of the service
 */
export async function renewLooks(draft: Draft): Promise<boolean> {
  const ready = draft.value.filter(({ state }) => state === 'ready');
  const places = [...new Set(ready.map(({ asOf }) => asOf))];
  const now = await placeInEvents();
  const changed = await Promise.all(places.map(haveEntriesChanged));
  const stale = ready.filter(({ asOf }) => changed[places.indexOf(asOf)]);
  await Promise.all(stale.map((picture) => limit(() => renewLook(draft, picture, now))));
  return stale.length > 0;
}

async function renewLook(draft: Draft, picture: DraftPicture, asOf: string | undefined): Promise<void> {
  const { id, file } = picture;
  const { base64, scale } = await preview(file, previewSide);
  const result = await untilAnswered(() => examineImage(base64), undefined, mayPass);
  if (result.error !== null) {
    return change(draft, id, { state: 'not-looked-at', text: { text: result.error, isByService: true } });
  }
  const faces = facesOf(result, scale);
  const before = chosenFace(picture)?.area;
  const same = faces.findIndex(({ area }) => before !== undefined && isSameArea(area, before));
  const { chosen: _, ...rest } = picture;
  const chosen = same >= 0 ? { chosen: same } : onlyOne(faces);
  draft.update((pictures) =>
    pictures.map((one) => (one.id === id ? { ...rest, faces, asOf, ...chosen } : one)),
  );
}

const isSameArea = (one: Box, other: Box) =>
  one.x === other.x && one.y === other.y && one.w === other.w && one.h === other.h;

export function chooseFace(draft: Draft, id: number, chosen: number): void {
  change(draft, id, { chosen });
}

export function removePicture(draft: Draft, id: number): void {
  draft.update((pictures) =>
    pictures.filter((picture) => {
      if (picture.id === id) URL.revokeObjectURL(picture.url);
      return picture.id !== id;
    }),
  );
}

export function clearDraft(draft: Draft): void {
  for (const { url } of draft.value) URL.revokeObjectURL(url);
  draft.set([]);
}

export const isNotAdded = ({ state }: DraftPicture) => state !== 'added';

/** Gives the pictures of a draft that were not sent to another one. */
export function movePictures(from: Draft, to: Draft): void {
  const moved = from.value.filter(isNotAdded);
  from.update((pictures) => pictures.filter((picture) => !moved.includes(picture)));
  to.update((pictures) => [...pictures, ...moved.map(asNew)]);
}

/** Forgets a request whose entry is gone. An entry keeps each picture once, so it may be sent again. */
const asNew = (picture: DraftPicture): DraftPicture =>
  isUnsettled(picture) ? { ...picture, state: 'ready', request: undefined } : picture;

/**
 * Gives an entry the pictures that were chosen for another one, which was merged into it. Their draft itself
 * moves, so that what is looked for or sent meanwhile still reaches it. Returns true if there are some.
 */
export function inheritPictures(fromId: number, intoId: number): boolean {
  const draft = ofEntries.get(fromId);
  if (draft === undefined || fromId === intoId) return false;
  ofEntries.delete(fromId);
  draft.update((pictures) => pictures.filter(isNotAdded).map(asNew));
  const own = ofEntries.get(intoId);
  if (draft.value.length === 0) return false;
  if (own) movePictures(own, draft);
  ofEntries.set(intoId, draft);
  return true;
}

export function change(draft: Draft, id: number, part: Partial<DraftPicture>): void {
  draft.update((pictures) =>
    pictures.map((picture) => (picture.id === id ? { ...picture, ...part } : picture)),
  );
}

interface Looking {
  readonly maxBytes: number | undefined;
  readonly asOf: Promise<string | undefined>;
}

async function look(draft: Draft, { id, file: original }: DraftPicture, { maxBytes, asOf }: Looking) {
  if (!draft.value.some((picture) => picture.id === id)) return;
  try {
    const { file, note } = await prepare(original, maxBytes);
    const { base64, scale, width, height } = await preview(file, previewSide);
    change(draft, id, { file, size: { width, height }, asOf: await asOf });
    const waits = (error: unknown) => change(draft, id, { text: { text: askedAgainText(error) } });
    const result = await untilAnswered(() => examineImage(base64), waits, mayPass);
    if (result.error !== null) {
      return change(draft, id, { state: 'not-looked-at', text: { text: result.error, isByService: true } });
    }
    const faces = facesOf(result, scale);
    change(draft, id, { state: 'ready', faces, ...onlyOne(faces), text: { text: note ?? '' } });
  } catch (error) {
    if (error instanceof UnreadableFileError) {
      change(draft, id, { state: 'unreadable', text: { text: error.message } });
    } else change(draft, id, { state: 'not-looked-at', text: errorMessage(error) });
  }
}

/** Chooses the face of a picture that shows one alone. */
const onlyOne = ({ length }: readonly DraftFace[]) => (length === 1 ? { chosen: 0 } : {});

function facesOf({ faces }: ImageProcessingResult, scale: number): DraftFace[] {
  return faces.flatMap((face) => draftFace(face, scale));
}

function draftFace(face: DetectedFace, scale: number): DraftFace[] {
  const { facial_area: area, blacklist_matches: matches, near_misses: near, out_of_force: others } = face;
  if (area === null) return [];
  const [x, y, w, h] = [area.x / scale, area.y / scale, area.w / scale, area.h / scale];
  const inForce = [...matches, ...(near ?? [])].map(looksLike(false));
  const alike = [...inForce, ...(others ?? []).map(looksLike(true))];
  const once = alike.filter(({ id }, index) => alike.findIndex((other) => other.id === id) === index);
  return [{ area: { x, y, w, h }, reasons: face.verdict_reasons ?? [], looksLike: once }];
}

const looksLike =
  (isOutOfForce: boolean) =>
  ({ entry: { id, name }, similarity, distance, threshold, image_id }: BlacklistMatch): LooksLike => ({
    ...{ id, name, similarity, isMatch: distance <= threshold, isOutOfForce, imageId: image_id },
  });

export const chosenFace = ({ faces, chosen }: DraftPicture) =>
  chosen === undefined ? undefined : faces?.[chosen];

/** Returns true if the picture shows several faces, and nobody has said which one is meant. */
export function needsChoice({ state, faces, chosen }: DraftPicture): boolean {
  return state === 'ready' && (faces?.length ?? 0) > 1 && chosen === undefined;
}

/** Returns what is sent of a picture: of several faces the chosen one alone, so that no other is kept. */
export async function fileToSend(picture: DraftPicture): Promise<File> {
  const { file, faces = [] } = picture;
  const face = chosenFace(picture);
  if (face === undefined || faces.length < 2) return file;
  const others = faces.filter((other) => other !== face).map(({ area }) => area);
  return cutFace(file, face.area, others);
}
