import pLimit from 'p-limit';
import type { PossibleDuplicate } from '../../../lib/contract/possible-duplicates.ts';
import type { DetectedFaceArea } from '../../../lib/contract/shapes.ts';
import { messageOf, RefusedError } from './api/client.ts';
import { addImage, createEntry, detectFaces } from './api/endpoints.ts';
import type { Size } from './api/pictures.ts';
import { prepare, preview, UnreadableFileError } from './api/prepare.ts';
import type { Store } from './store.ts';

/**
 * Pictures that are to become reference pictures: the faces in them before they are sent, and their results.
 */

export interface DraftPicture {
  readonly id: number;
  readonly name: string;
  readonly file: File;
  readonly url: string;
  readonly size?: Size;
  /** Faces, largest first; undefined until they were found, and if that failed. */
  readonly faces?: readonly DetectedFaceArea[];
  readonly state: 'looking' | 'ready' | 'unreadable' | 'sending' | 'added' | 'refused';
  /** Message about the picture, in words. */
  readonly text?: string;
}

export type Draft = Store<readonly DraftPicture[]>;

/** Longer side of the copy in which faces are detected before sending. */
const previewSide = 1_600;
const limit = pLimit(2);
let lastId = 0;

export function addFiles(draft: Draft, files: readonly File[], maxBytes: number | undefined): void {
  for (const file of files) {
    const id = ++lastId;
    const added: DraftPicture = {
      id,
      name: file.name,
      file,
      url: URL.createObjectURL(file),
      state: 'looking',
    };
    draft.update((pictures) => [...pictures, added]);
    void limit(() => look(draft, added, maxBytes));
  }
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

function change(draft: Draft, id: number, part: Partial<DraftPicture>): void {
  draft.update((pictures) =>
    pictures.map((picture) => (picture.id === id ? { ...picture, ...part } : picture)),
  );
}

/** Stores the result of a check, unless the picture was sent meanwhile: then the service's answer stays. */
function found(draft: Draft, id: number, { state, text, ...shown }: Partial<DraftPicture>): void {
  const isLooking = draft.value.some((picture) => picture.id === id && picture.state === 'looking');
  change(draft, id, isLooking ? { ...shown, ...(state && { state }), ...(text && { text }) } : shown);
}

async function look(draft: Draft, { id, file: original }: DraftPicture, maxBytes: number | undefined) {
  if (!draft.value.some((picture) => picture.id === id)) return;
  try {
    const { file, note } = await prepare(original, maxBytes);
    const { base64, scale, width, height } = await preview(file, previewSide);
    change(draft, id, { file, size: { width, height } });
    const faces = await detectFaces(base64);
    const text = [wordsOf(faces.length), note].filter(Boolean).join(' ');
    found(draft, id, { state: 'ready', faces: faces.map((face) => enlarged(face, scale)), text });
  } catch (error) {
    if (error instanceof UnreadableFileError) found(draft, id, { state: 'unreadable', text: error.message });
    // The service tells if there is a face.
    else found(draft, id, { state: 'ready', text: `Not looked at yet: ${messageOf(error)}` });
  }
}

function wordsOf(faces: number): string {
  if (faces === 0) return 'No face found: it will hardly be taken.';
  return faces === 1
    ? 'One face found.'
    : `${faces} faces found. The largest, marked, is the one that counts.`;
}

function enlarged({ facial_area: area, ...face }: DetectedFaceArea, scale: number): DetectedFaceArea {
  const [x, y, w, h] = [area.x / scale, area.y / scale, area.w / scale, area.h / scale];
  return { ...face, facial_area: { ...area, x, y, w, h } };
}

export interface Outcome {
  /** Entry that the pictures belong to now; undefined if nobody could be listed. */
  readonly entryId: number | undefined;
  readonly added: number;
  readonly refused: number;
  readonly duplicates: readonly PossibleDuplicate[];
  /** True if some pictures could not be compared with everybody. */
  readonly isUnsure: boolean;
  /** Warnings of the service about others with nearly the same name. */
  readonly warnings: readonly string[];
}

/** A person who is to be listed, or is already. */
export interface Person {
  readonly name: string;
  readonly reason: string;
  readonly entryId: number | undefined;
}

/**
 * Sends the pictures that were not sent yet, one after the other, so that each has its own result. The first
 * accepted picture lists the person.
 *
 * @throws errors that are not about a picture, such as a name that is taken or a service that can't be
 * reached. Pictures that were added stay. Called again with the entry's id, it goes on.
 */
export async function enroll(
  draft: Draft,
  person: Person,
  onListed: (entryId: number) => void,
): Promise<Outcome> {
  let { entryId } = person;
  const counts = { added: 0, refused: 0 };
  const duplicates = new Map<number, PossibleDuplicate>();
  let isUnsure = false;
  let warnings: readonly string[] = [];
  for (const { id, file, name } of draft.value.filter(isToSend)) {
    change(draft, id, { state: 'sending', text: '' });
    try {
      const answer =
        entryId === undefined
          ? await createEntry(person.name, person.reason, file)
          : await addImage(entryId, file);
      if ('id' in answer) {
        entryId = answer.id;
        warnings = answer.warnings ?? [];
        onListed(answer.id);
      }
      counts.added++;
      change(draft, id, { state: 'added', text: withoutName(answer.errors, name) });
      for (const duplicate of answer.possible_duplicates ?? []) noteDuplicate(duplicates, duplicate);
      isUnsure ||= answer.possible_duplicates === null;
    } catch (error) {
      if (!isAboutPicture(error)) {
        change(draft, id, { state: 'ready', text: 'Not sent yet.' });
        throw error;
      }
      counts.refused++;
      change(draft, id, { state: 'refused', text: withoutName(error.reasons, name) || error.message });
    }
  }
  const sorted = [...duplicates.values()].sort((one, other) => other.similarity - one.similarity);
  return { entryId, ...counts, duplicates: sorted, isUnsure, warnings };
}

export function isToSend({ state }: DraftPicture): boolean {
  return state === 'ready' || state === 'looking';
}

function isAboutPicture(error: unknown): error is RefusedError {
  return error instanceof RefusedError && [400, 413, 415].includes(error.status);
}

function noteDuplicate(known: Map<number, PossibleDuplicate>, duplicate: PossibleDuplicate): void {
  const before = known.get(duplicate.id);
  if (before === undefined || before.similarity < duplicate.similarity) known.set(duplicate.id, duplicate);
}

/** Removes the picture's name from the reasons, because they are shown beside the picture. */
function withoutName(reasons: readonly string[], name: string): string {
  return reasons
    .map((reason) => (reason.startsWith(`${name}: `) ? reason.slice(name.length + 2) : reason))
    .join(' ');
}
