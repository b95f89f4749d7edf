import pLimit from 'p-limit';
import { errorMessage, type Message, RefusedError, UnreachableError } from './api/client.ts';
import { addImage, createEntry, getStatus } from './api/endpoints.ts';
import { UnreadableFileError } from './api/prepare.ts';
import { type Press, pressedNow } from './api/token.ts';
import { isAboutPicture } from './enrollment.ts';
import { type Arrangement, arrange, preparedFile } from './import-arranging.ts';
import { holdsBack, withForce } from './import-holding.ts';
import {
  changePerson,
  changePicture,
  currentImport,
  type ImportPerson,
  type ImportPicture,
  isLeftOut,
  isOpen,
  personAt,
} from './import-state.ts';
import { onePersonFrom } from './model/one-person-from.ts';
import { nobody } from './model/person.ts';
import { texts } from './texts.ts';

/** Listing of many people from files: a plan is shown first, then sent, with a result for each picture. */

/** People who are sent at the same time; the service has other requests too. */
const atOnce = 2;
let running: AbortController | undefined;

export function setAddsToListed(addsToListed: boolean): void {
  currentImport.update((known) => known && { ...known, addsToListed });
}

/** Leaves a person out, or takes them in again. */
export function setWanted(index: number, isWanted: boolean): void {
  changePerson(index, (person) => ({ ...person, isUnwanted: !isWanted }));
}

/** Has a picture sent that was held back, or not. */
export function setMeant(index: number, key: string, isMeant: boolean): void {
  changePicture(index, key, { isMeant });
}

export function discardImport(): void {
  running?.abort();
  currentImport.set(undefined);
}

/** Stops after the requests that are under way, which the service takes back. */
export function cancelImport(): void {
  running?.abort();
}

/** Sends what was not sent yet, and again what failed. */
export async function runImport(): Promise<void> {
  const known = currentImport.value;
  if (known === undefined || known.state === 'running') return;
  const abort = new AbortController();
  running = abort;
  const { error: _, ...rest } = known;
  currentImport.set({ ...rest, state: 'running' });
  const press = pressedNow();
  const limits = await limitsOfService();
  let error: Message | undefined;
  const limit = pLimit(atOnce);
  await Promise.all(
    known.persons.map((person, index) =>
      limit(async () => {
        if (abort.signal.aborted || isLeftOut(person, known.addsToListed)) return;
        try {
          await sendPerson(index, { signal: abort.signal, ...press, ...limits });
        } catch (failure) {
          if (!abort.signal.aborted) error = errorMessage(failure);
          abort.abort();
        }
      }),
    ),
  );
  if (running === abort) running = undefined;
  const state = abort.signal.aborted ? 'stopped' : 'done';
  currentImport.update((now) => now && { ...now, state, ...(error && { error }) });
}

/** Limits of the service; undefined if it does not say. */
interface Limits {
  /** Size of a picture, in bytes. */
  readonly maxBytes: number | undefined;
  /** Similarity from which on faces count as one person's, in words. */
  readonly onePersonFrom: string | undefined;
}

async function limitsOfService(): Promise<Limits> {
  try {
    const status = await getStatus();
    return { maxBytes: status.settings.max_image_bytes, onePersonFrom: onePersonFrom(status) };
  } catch {
    return { maxBytes: undefined, onePersonFrom: undefined };
  }
}

interface Sending extends Limits, Press {
  readonly signal: AbortSignal;
}

/**
 * Sends a person's pictures, one after the other, those that agree first. The first that is taken lists the
 * person.
 *
 * @throws errors that the next person would meet too
 */
async function sendPerson(index: number, sending: Sending): Promise<void> {
  const { signal } = sending;
  const arranged = await arrangeOrFail(index, sending);
  for (const key of arranged.keys) {
    const person = personAt(index);
    const picture = person?.pictures.find((one) => one.key === key);
    if (!person || !picture || !isOpen(picture) || signal.aborted) return;
    changePicture(index, key, { state: 'sending', messages: [] });
    try {
      await sendPicture(index, person, picture, arranged, sending);
    } catch (error) {
      if (isOfOnePicture(error)) {
        changePicture(index, key, { state: 'refused', messages: reasonsOf(error, fileNameAt(index, key)) });
      } else if (isAboutPerson(error)) {
        refuse(index, isNameTaken(error) ? { text: texts.importing.listedMeanwhile } : errorMessage(error));
        return;
      } else {
        changePicture(index, key, { state: 'failed', messages: signal.aborted ? [] : [errorMessage(error)] });
        if (signal.aborted || isAboutAll(error)) throw error;
        // The person may be listed all the same: the next attempt finds out by this picture's key.
        if (personAt(index)?.entryId === undefined) return;
      }
    }
  }
}

/** Arranges a person's pictures; none of them is sent if that fails. */
async function arrangeOrFail(index: number, { signal, maxBytes }: Sending): Promise<Arrangement> {
  try {
    return await arrange(index, maxBytes, signal);
  } catch (error) {
    if (signal.aborted || isAboutAll(error)) throw error;
    for (const { key } of personAt(index)?.pictures.filter(isOpen) ?? [])
      changePicture(index, key, { state: 'failed', messages: [errorMessage(error)] });
    return { keys: [], agreeing: [] };
  }
}

async function sendPicture(
  index: number,
  person: ImportPerson,
  picture: ImportPicture,
  { agreeing }: Arrangement,
  { signal, pressedAt, maxBytes, onePersonFrom: limit }: Sending,
): Promise<void> {
  const { name, reason, clash, entryId: known } = person;
  const { key, isMeant } = picture;
  const once = { idempotencyKey: key, signal, pressedAt };
  const entryId = known ?? (clash?.isSame ? clash.id : undefined);
  const file = await preparedFile(index, picture, maxBytes);
  if (!isMeant && (await holdsBack(index, person, { ...picture, file }, { entryId, agreeing, limit })))
    return;
  const answer =
    entryId === undefined
      ? await createEntry({ ...nobody, name, reason: reason ?? '' }, file, once)
      : await addImage(entryId, file, once);
  // One of an entry that had it before was not compared with others.
  const isThere = 'added' in answer && answer.added === 0;
  const warnings = 'id' in answer ? (answer.warnings ?? []) : [];
  changePerson(index, (person) => ({
    ...person,
    entryId: 'id' in answer ? answer.id : (entryId ?? 0),
    ...('id' in answer && { listedBy: picture.name }),
    ...('message' in answer && { notice: noticeIn(answer.message) }),
    isUnsure: person.isUnsure === true || (!isThere && answer.possible_duplicates === null),
  }));
  if (isThere) return changePicture(index, key, { state: 'there' });
  changePicture(index, key, {
    state: 'added',
    looksLike: (answer.possible_duplicates ?? []).map(({ name: other, in_force }) =>
      withForce({ name: other, isOutOfForce: in_force === false }),
    ),
    messages: [...answer.errors, ...warnings].map(byService(file.name)),
  });
}

/** Returns what the service says beside the number of pictures: that nobody matches the entry. */
function noticeIn(message: string): string {
  return message.replace(/^\d+ images? added\.\s*/, '');
}

/** Returns the name by which the service knows a picture. */
function fileNameAt(index: number, key: string): string {
  return personAt(index)?.pictures.find((one) => one.key === key)?.file.name ?? '';
}

/** Marks all of a person's pictures that were not sent, and tells once why. */
function refuse(index: number, refusal: Message): void {
  changePerson(index, (person) => ({
    ...person,
    refusal,
    pictures: person.pictures.map((picture) =>
      ['added', 'there', 'refused'].includes(picture.state)
        ? picture
        : { ...picture, state: 'refused', messages: [] },
    ),
  }));
}

const isRefused = (error: unknown, statuses: readonly number[]): error is RefusedError =>
  error instanceof RefusedError && statuses.includes(error.status);

const isOfOnePicture = (error: unknown): error is RefusedError | UnreadableFileError =>
  error instanceof UnreadableFileError || isAboutPicture(error);

/** The name is refused, or was given to somebody meanwhile, or the person was deleted. */
function isAboutPerson(error: unknown): boolean {
  return isRefused(error, [404, 410, 422]) || isNameTaken(error);
}

const isNameTaken = (error: unknown) => isRefused(error, [409]) && /already exists/.test(error.message);

/** Others would fail as well: the service is away, or refuses this caller. */
function isAboutAll(error: unknown): boolean {
  return error instanceof UnreachableError || isRefused(error, [401, 403, 507]);
}

function reasonsOf(error: RefusedError | UnreadableFileError, fileName: string): Message[] {
  if (error instanceof UnreadableFileError) return [{ text: error.message }];
  if (error.reasons.length === 0) return [errorMessage(error)];
  return error.reasons.map(byService(fileName));
}

/** Returns a function that tells the service's reasons without the name of the picture beside them. */
function byService(fileName: string): (reason: string) => Message {
  const label = `${fileName}: `;
  return (reason) => ({
    text: reason.startsWith(label) ? reason.slice(label.length) : reason,
    isByService: true,
  });
}
