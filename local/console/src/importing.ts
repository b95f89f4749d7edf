import pLimit from 'p-limit';
import { errorMessage, type Message, RefusedError, UnreachableError } from './api/client.ts';
import { addImage, createEntry, listEntries } from './api/endpoints.ts';
import { prepare, UnreadableFileError } from './api/prepare.ts';
import {
  type ChosenFile,
  type Clash,
  clashesOf,
  type ImportPlan,
  isTable,
  planFolders,
  planTable,
} from './model/import-plan.ts';
import { nobody } from './model/person.ts';
import { Store } from './store.ts';

/** Listing of many people from files: a plan is shown first, then sent, with a result for each picture. */

export interface ImportPicture {
  /** Path or name, as it was chosen. */
  readonly name: string;
  readonly file: File;
  /** Key by which the service knows a request again, so that a repeated one adds nothing twice. */
  readonly key: string;
  readonly state: 'waiting' | 'sending' | 'added' | 'there' | 'refused' | 'failed';
  readonly messages?: readonly Message[];
}

export interface ImportPerson {
  readonly name: string;
  readonly reason: string | null;
  readonly pictures: readonly ImportPicture[];
  readonly clash?: Clash;
  /** Once the person is listed. */
  readonly entryId?: number;
  /** Names of listed people who look like the person. */
  readonly looksLike: readonly string[];
  /** True if the look-alikes are not known. */
  readonly isUnsure?: boolean;
}

export interface Import {
  readonly persons: readonly ImportPerson[];
  readonly plan: ImportPlan;
  readonly state: 'planned' | 'running' | 'stopped' | 'done';
  /** True to add the pictures of people who are listed already to their entries. */
  readonly addsToListed: boolean;
  /** Reason why it stopped by itself. */
  readonly error?: Message;
}

/** The import of this tab. It outlives the page. */
export const currentImport = new Store<Import | undefined>(undefined);

/** People who are sent at the same time; the service has other requests too. */
const atOnce = 2;
let running: AbortController | undefined;

interface ChosenPicture extends ChosenFile {
  readonly file: File;
}

/**
 * Reads the chosen files as people, and finds out who of them is listed.
 *
 * @throws TableError, and what `call` throws
 */
export async function planImport(files: readonly File[]): Promise<void> {
  const chosen = files.map((file) => ({ path: pathOf(file), file }));
  const tables = chosen.filter(isTable);
  const [table] = tables;
  const plan = table ? planTable(await textOf(table.file), chosen) : planFolders(chosen);
  const { items } = await listEntries({ query: '', sort: 'name', limit: Number.MAX_SAFE_INTEGER });
  const clashes = clashesOf(plan.persons, items);
  const persons = plan.persons.map(({ name, reason, pictures }): ImportPerson => {
    const clash = clashes.get(name);
    return { name, reason, pictures: pictures.map(pictureOf), looksLike: [], ...(clash && { clash }) };
  });
  currentImport.set({ persons, plan, state: 'planned', addsToListed: false });
}

function pictureOf({ path, file }: ChosenPicture): ImportPicture {
  return { name: path, file, key: randomKey(), state: 'waiting' };
}

/** Returns the path below the chosen folder. */
function pathOf({ name, webkitRelativePath: path }: File): string {
  return path === '' ? name : path.slice(path.indexOf('/') + 1);
}

/** Reads a table as UTF-8, or as Windows-1252, which older spreadsheets write. */
async function textOf(file: File): Promise<string> {
  const bytes = await file.arrayBuffer();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Makes a key up. Pages that are not served by HTTPS have no `randomUUID`. */
function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

export function setAddsToListed(addsToListed: boolean): void {
  currentImport.update((known) => known && { ...known, addsToListed });
}

export function discardImport(): void {
  running?.abort();
  currentImport.set(undefined);
}

/** Stops after the requests that are under way, which the service takes back. */
export function cancelImport(): void {
  running?.abort();
}

/** Returns true for a person of whom nothing is sent: somebody is listed under the name already. */
export function isLeftOut({ clash, entryId }: ImportPerson, addsToListed: boolean): boolean {
  return clash?.isSame === true && entryId === undefined && !addsToListed;
}

const isOpen = ({ state }: ImportPicture) => state === 'waiting' || state === 'failed';

/** Sends what was not sent yet, and again what failed. */
export async function runImport(): Promise<void> {
  const known = currentImport.value;
  if (known === undefined || known.state === 'running') return;
  const abort = new AbortController();
  running = abort;
  const { error: _, ...rest } = known;
  currentImport.set({ ...rest, state: 'running' });
  let error: Message | undefined;
  const limit = pLimit(atOnce);
  await Promise.all(
    known.persons.map((person, index) =>
      limit(async () => {
        if (abort.signal.aborted || isLeftOut(person, known.addsToListed)) return;
        try {
          await sendPerson(index, abort.signal);
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

function personAt(index: number): ImportPerson | undefined {
  return currentImport.value?.persons[index];
}

function changePerson(index: number, change: (person: ImportPerson) => ImportPerson): void {
  currentImport.update(
    (known) =>
      known && {
        ...known,
        persons: known.persons.map((person, place) => (place === index ? change(person) : person)),
      },
  );
}

function changePicture(index: number, key: string, part: Partial<ImportPicture>): void {
  changePerson(index, (person) => ({
    ...person,
    pictures: person.pictures.map((picture) => (picture.key === key ? { ...picture, ...part } : picture)),
  }));
}

/**
 * Sends a person's pictures, one after the other. The first that is taken lists the person.
 *
 * @throws errors that the next person would meet too
 */
async function sendPerson(index: number, signal: AbortSignal): Promise<void> {
  for (const { key } of personAt(index)?.pictures.filter(isOpen) ?? []) {
    const person = personAt(index);
    const picture = person?.pictures.find((one) => one.key === key);
    if (!person || !picture || !isOpen(picture) || signal.aborted) return;
    changePicture(index, key, { state: 'sending', messages: [] });
    try {
      await sendPicture(index, person, picture, signal);
    } catch (error) {
      if (isAboutPicture(error)) {
        changePicture(index, key, { state: 'refused', messages: reasonsOf(error, picture.file.name) });
      } else if (isAboutPerson(error)) {
        refuseAll(index, errorMessage(error));
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

async function sendPicture(
  index: number,
  { name, reason, clash, entryId: known }: ImportPerson,
  { file: original, key }: ImportPicture,
  signal: AbortSignal,
): Promise<void> {
  const { file } = await prepare(original);
  // The answer to a repeated request may be lost again: the converted picture must stay the same.
  if (file !== original) changePicture(index, key, { file });
  const once = { idempotencyKey: key, signal };
  const entryId = known ?? (clash?.isSame ? clash.id : undefined);
  const answer =
    entryId === undefined
      ? await createEntry({ ...nobody, name, reason: reason ?? '' }, file, once)
      : await addImage(entryId, file, once);
  // One of an entry that had it before was not compared with others.
  const isThere = 'added' in answer && answer.added === 0;
  const duplicates = (answer.possible_duplicates ?? []).map((one) => one.name);
  const warnings = 'id' in answer ? (answer.warnings ?? []) : [];
  changePerson(index, (person) => ({
    ...person,
    entryId: 'id' in answer ? answer.id : (entryId ?? 0),
    looksLike: [...new Set([...person.looksLike, ...duplicates])],
    isUnsure: person.isUnsure === true || (!isThere && answer.possible_duplicates === null),
  }));
  const messages = [...answer.errors, ...warnings].map((text) => ({ text, isByService: true }));
  changePicture(index, key, isThere ? { state: 'there' } : { state: 'added', messages });
}

/** Marks all of a person's pictures that were not sent, where the person can't be listed. */
function refuseAll(index: number, message: Message): void {
  changePerson(index, (person) => ({
    ...person,
    pictures: person.pictures.map((picture) =>
      ['added', 'there', 'refused'].includes(picture.state)
        ? picture
        : { ...picture, state: 'refused', messages: [message] },
    ),
  }));
}

const isRefused = (error: unknown, statuses: readonly number[]): error is RefusedError =>
  error instanceof RefusedError && statuses.includes(error.status);

const isAboutPicture = (error: unknown): error is RefusedError | UnreadableFileError =>
  error instanceof UnreadableFileError || isRefused(error, [400, 413, 415]);

/** The name is refused, or was given to somebody meanwhile, or the person was deleted. */
function isAboutPerson(error: unknown): boolean {
  return (
    isRefused(error, [404, 410, 422]) || (isRefused(error, [409]) && /already exists/.test(error.message))
  );
}

/** Others would fail as well: the service is away, or refuses this caller. */
function isAboutAll(error: unknown): boolean {
  return error instanceof UnreachableError || isRefused(error, [401, 403, 507]);
}

function reasonsOf(error: RefusedError | UnreadableFileError, fileName: string): Message[] {
  if (error instanceof UnreadableFileError) return [{ text: error.message }];
  if (error.reasons.length === 0) return [errorMessage(error)];
  return error.reasons.map((reason) => ({
    text: reason.startsWith(`${fileName}: `) ? reason.slice(fileName.length + 2) : reason,
    isByService: true,
  }));
}
