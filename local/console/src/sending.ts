import type { AddedImages } from '../../../lib/contract/endpoints/add-images.ts';
import type { CreatedBlacklistRecord } from '../../../lib/contract/endpoints/create-entry.ts';
import type { PossibleDuplicate } from '../../../lib/contract/possible-duplicates.ts';
import { isTelling, isUnanswered, mayPass, untilAnswered } from './api/again.ts';
import { errorMessage, type Message, type RefusedError } from './api/client.ts';
import { addImage, createEntry } from './api/endpoints.ts';
import type { Press } from './api/token.ts';
import {
  change,
  type Draft,
  type DraftPicture,
  type DraftRequest,
  fileToSend,
  isToSend,
  isUnsettled,
} from './draft.ts';
import { isAboutPicture, type Person } from './enrollment.ts';
import { randomKey } from './random-key.ts';
import { texts } from './texts.ts';

/** Sending of a draft's pictures, with a result for each. */

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

/**
 * Sends the pictures that were not sent yet, one after the other, so that each has its own result. The first
 * accepted picture lists the person. If no answer came to one earlier, that one alone is asked for again.
 *
 * @throws errors that are not about a picture, such as a name that is taken or a service that can't be
 * reached. Pictures that were added stay. Called again with the entry's id, it goes on.
 */
export async function enroll(
  draft: Draft,
  { values, entryId: knownId }: Person,
  onListed: (entryId: number) => void,
  press: Press,
): Promise<Outcome> {
  let entryId = knownId;
  const counts = { added: 0, refused: 0 };
  const duplicates = new Map<number, PossibleDuplicate>();
  let isUnsure = false;
  let warnings: readonly string[] = [];
  const isMeant = draft.value.some(isUnsettled) ? isUnsettled : isToSend;
  for (const picture of draft.value.filter(isMeant)) {
    const { id, name } = picture;
    try {
      const answer = await send(draft, picture, { values, entryId }, press);
      if ('id' in answer) {
        entryId = answer.id;
        warnings = answer.warnings ?? [];
        onListed(answer.id);
      }
      // The entry may have had the picture already; the text says so.
      if (!('added' in answer) || answer.added !== 0) counts.added++;
      const text = byService(answer.errors, name);
      change(draft, id, { state: 'added', request: undefined, text });
      for (const duplicate of answer.possible_duplicates ?? []) noteDuplicate(duplicates, duplicate);
      isUnsure ||= answer.possible_duplicates === null;
    } catch (error) {
      if (!isAboutPicture(error)) {
        noteFailure(draft, id, error);
        throw error;
      }
      counts.refused++;
      change(draft, id, { state: 'refused', request: undefined, text: refusalOf(error, name) });
    }
  }
  const sorted = [...duplicates.values()].sort((one, other) => other.similarity - one.similarity);
  return { entryId, ...counts, duplicates: sorted, isUnsure, warnings };
}

/** Sends one picture. A lost answer is asked for again, by a key that the service knows. */
async function send(draft: Draft, picture: DraftPicture, person: Person, press: Press) {
  const { id } = picture;
  change(draft, id, { state: 'sending', text: { text: '' } });
  const request: DraftRequest = picture.request ?? {
    ...person,
    key: randomKey(),
    file: await fileToSend(picture),
  };
  const { key: idempotencyKey, file, values, entryId } = request;
  return untilAnswered<AddedImages | CreatedBlacklistRecord>(
    () =>
      entryId === undefined
        ? createEntry(values, file, { idempotencyKey, ...press })
        : addImage(entryId, file, { idempotencyKey, ...press }),
    () => change(draft, id, { request, text: { text: texts.people.askedAgain } }),
    picture.request ? mayPass : isUnanswered,
  );
}

/** Says beside a picture if it was sent, as far as that is known. */
function noteFailure(draft: Draft, id: number, error: unknown): void {
  const isLost = draft.value.some((picture) => picture.id === id && picture.request !== undefined);
  if (isLost && !isTelling(error)) change(draft, id, { state: 'unanswered', text: { text: '' } });
  else change(draft, id, { state: 'ready', request: undefined, text: { text: texts.people.notSentYet } });
}

function noteDuplicate(known: Map<number, PossibleDuplicate>, duplicate: PossibleDuplicate): void {
  const before = known.get(duplicate.id);
  if (before === undefined || before.similarity < duplicate.similarity) known.set(duplicate.id, duplicate);
}

function refusalOf(error: RefusedError, name: string): Message {
  return error.reasons.length > 0 ? byService(error.reasons, name) : errorMessage(error);
}

/** Tells the service's reasons without the picture's name, because they are shown beside the picture. */
function byService(reasons: readonly string[], name: string): Message {
  const text = reasons
    .map((reason) => (reason.startsWith(`${name}: `) ? reason.slice(name.length + 2) : reason))
    .join(' ');
  return { text, isByService: true };
}
