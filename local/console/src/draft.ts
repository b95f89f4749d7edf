import pLimit from 'p-limit';
import type { BlacklistMatch, Box, DetectedFace } from '../../../lib/contract/shapes.ts';
import type { VerdictReason } from '../../../lib/contract/verdict.ts';
import { errorMessage, type Message } from './api/client.ts';
import { examineImage } from './api/endpoints.ts';
import type { Size } from './api/pictures.ts';
import { cutFace, prepare, preview, UnreadableFileError } from './api/prepare.ts';
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
  readonly state: 'looking' | 'ready' | 'not-looked-at' | 'unreadable' | 'sending' | 'added' | 'refused';
  /** Message about the picture, in words. */
  readonly text?: Message;
}

export type Draft = Store<readonly DraftPicture[]>;

/** Pictures of the person who is to be listed. They outlive the page. */
export const newPersonPictures: Draft = new Store<readonly DraftPicture[]>([]);

const ofEntries = new Map<number, Draft>();

/** Returns the pictures that are to be added to a listed person. They outlive the page. */
export function picturesFor(entryId: number): Draft {
  const draft = ofEntries.get(entryId) ?? new Store<readonly DraftPicture[]>([]);
  ofEntries.set(entryId, draft);
  return draft;
}

/** Longer side of the copy in which faces are looked for before sending. */
const previewSide = 1_600;
const limit = pLimit(2);
let lastId = 0;

export function addFiles(draft: Draft, files: readonly File[], maxBytes: number | undefined): void {
  for (const file of files) {
    const id = ++lastId;
    const url = URL.createObjectURL(file);
    const added: DraftPicture = { id, name: file.name, file, url, state: 'looking' };
    draft.update((pictures) => [...pictures, added]);
    void limit(() => look(draft, added, maxBytes));
  }
}

/** Looks for the faces again, after it failed. */
export function lookAgain(draft: Draft, picture: DraftPicture): void {
  change(draft, picture.id, { state: 'looking', text: { text: '' } });
  void limit(() => look(draft, picture, undefined));
}

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

/** Gives the pictures of a draft that were not sent to another one. */
export function movePictures(from: Draft, to: Draft): void {
  const moved = from.value.filter(({ state }) => state !== 'added');
  from.update((pictures) => pictures.filter((picture) => !moved.includes(picture)));
  to.update((pictures) => [...pictures, ...moved]);
}

export function change(draft: Draft, id: number, part: Partial<DraftPicture>): void {
  draft.update((pictures) =>
    pictures.map((picture) => (picture.id === id ? { ...picture, ...part } : picture)),
  );
}

async function look(draft: Draft, { id, file: original }: DraftPicture, maxBytes: number | undefined) {
  if (!draft.value.some((picture) => picture.id === id)) return;
  try {
    const { file, note } = await prepare(original, maxBytes);
    const { base64, scale, width, height } = await preview(file, previewSide);
    change(draft, id, { file, size: { width, height } });
    const result = await examineImage(base64);
    if (result.error !== null) {
      return change(draft, id, { state: 'not-looked-at', text: { text: result.error, isByService: true } });
    }
    const faces = result.faces.flatMap((face) => draftFace(face, scale));
    const only = faces.length === 1 ? { chosen: 0 } : {};
    change(draft, id, { state: 'ready', faces, ...only, ...(note && { text: { text: note } }) });
  } catch (error) {
    if (error instanceof UnreadableFileError) {
      change(draft, id, { state: 'unreadable', text: { text: error.message } });
    } else change(draft, id, { state: 'not-looked-at', text: errorMessage(error) });
  }
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
