import { contentIdOf } from '../../lib/blacklist/content-ids.ts';
import { enrollPicture, measureReference, preparePicture } from '../../lib/blacklist/enroll-picture.ts';
import { keepImage } from '../../lib/blacklist/held-images.ts';
import { removeImageEverywhere } from '../../lib/blacklist/remove-images.ts';
import { EntryPictures, storedForm } from '../../lib/blacklist/same-picture.ts';
import { shownFileName } from '../../lib/blacklist/shown-file-name.ts';
import { type NewImage, unlikeAmong, unlikeWords } from '../../lib/blacklist/unlike-pictures.ts';
import { isUnusablePicture, NoFaceError } from '../../lib/errors.ts';
import type { QualityFilter } from '../../lib/faces/comparing.ts';
import type { EnrollingPorts } from '../../lib/ports.ts';
import { allInTurns } from '../../lib/promises.ts';
import { readPictureFile } from '../picture-file.ts';
import type { AdoptedFaces } from './adopted-faces.ts';
import type { TakenEntry } from './entries.ts';
import type { ImportJournal } from './journal.ts';
import type { OldPaths } from './old-paths.ts';
import { filesOfFolder, type PersonFile } from './person-files.ts';
import type { PlannedEntry } from './plan.ts';
import { counted, type ImportReport } from './report.ts';

/** Pictures of a person that are held at a time. */
const batchSize = 16;

export interface Person extends TakenEntry {
  readonly files: readonly PersonFile[];
}

/** Lists the pictures of a planned person, over all of the person's folders. */
export async function filesOf(
  { folders }: PlannedEntry,
  paths: OldPaths,
  report: ImportReport,
): Promise<PersonFile[]> {
  const files: PersonFile[] = [];
  for (const folder of folders) files.push(...(await filesOfFolder(folder, paths, report)));
  return files;
}

/**
 * Enrolls the pictures of the people. Pictures of an earlier run stay; those deleted since are not enrolled
 * again.
 * @param adopted faces of the old service's collection, which need not be indexed anew
 * @param advance is called for each picture that was handled
 * @throws BackendUnavailableError, ThrottledError, DiskFullError
 */
export async function takePictures(
  ports: EnrollingPorts,
  people: readonly Person[],
  journal: ImportJournal,
  report: ImportReport,
  advance: () => void,
  adopted?: AdoptedFaces,
): Promise<void> {
  const taking = { ports, journal, report, advance, adopted };
  await allInTurns(people, ports.pictureSlots.fairShare(), (person) => takePerson(taking, person));
}

interface Taking {
  readonly ports: EnrollingPorts;
  readonly journal: ImportJournal;
  readonly report: ImportReport;
  readonly advance: () => void;
  readonly adopted: AdoptedFaces | undefined;
}

/** Result of one picture. */
type Outcome = 'enrolled' | 'adopted' | 'present' | 'repeated' | 'deleted' | 'refused' | 'unusable';

/** Pictures of a person that need not be taken again, and those taken now. */
interface Known {
  /** Names of the pictures that were enrolled, by the ids of their images, and who matches each. */
  readonly added: Map<string, NewImage & { readonly name: string }>;
  /** Ids and hashes of the pictures that this run has had. */
  readonly seen: Set<string>;
  /** Pictures that the entry had before. */
  readonly there: EntryPictures;
}

async function takePerson(taking: Taking, person: Person): Promise<void> {
  const { ports, report, advance } = taking;
  const refused: { readonly file: PersonFile; readonly reason: string }[] = [];
  let hasFace = false;
  const there = await EntryPictures.of(ports, person.entry.id);
  const known: Known = { seen: new Set(), there, added: new Map() };
  for (let start = 0; start < person.files.length; start += batchSize) {
    const batch = person.files.slice(start, start + batchSize);
    await allInTurns(batch, ports.pictureSlots.fairShare(), async (file) => {
      const refuse = (reason: string) => refused.push({ file, reason });
      const outcome = await takePicture(taking, person, file, known, refuse);
      hasFace ||= outcome === 'enrolled' || outcome === 'adopted' || outcome === 'present';
      advance();
    });
  }
  const { label, folders } = person.planned;
  const rest = await taking.adopted?.adoptRest(person.entry);
  if (rest && rest.adopted + rest.present > 0) {
    hasFace = true;
    report.facesAdopted += rest.adopted;
    const count = counted(rest.adopted + rest.present, 'face');
    report.remarks.push(
      `${label}: ${count} of the collection ${rest.adopted + rest.present === 1 ? 'is' : 'are'} there without a picture. The person is found by it, but a new collection would need new pictures.`,
    );
  }
  // The old service accepted every picture. A poor one is better than none, if the person has no other.
  for (const { file, reason } of refused) {
    const isRescued: boolean =
      !hasFace &&
      (await takePicture(taking, person, file, { ...known, seen: new Set() }, () => {}, 'none')) ===
        'enrolled';
    report.remarks.push(
      `${label}, ${file.name}: ${reason}${isRescued ? ' It was enrolled nevertheless, because the person has no better picture.' : ''}`,
    );
    hasFace ||= isRescued;
  }
  await tellUnlike(taking, person, known);
  if (!hasFace && folders.length > 0)
    report.remarks.push(
      `${label}: No picture can be used. The entry is kept without faces, and matches nobody.`,
    );
}

async function tellUnlike(
  { ports, report }: Taking,
  { entry, planned }: Person,
  { added }: Known,
): Promise<void> {
  for (const { imageId, similarity, fileName } of await unlikeAmong(ports, entry.id, [...added.values()])) {
    const name = added.get(imageId)?.name ?? fileName ?? imageId;
    report.remarks.push(`${planned.label}, ${name}: ${unlikeWords(similarity)}`);
  }
}

async function takePicture(
  taking: Taking,
  person: Person,
  file: PersonFile,
  known: Known,
  refuse: (reason: string) => void,
  qualityFilter?: QualityFilter,
): Promise<Outcome> {
  const { ports, report } = taking;
  try {
    const bytes = await readPictureFile(file.path, ports.faces.maxImageBytes);
    const imageId = contentIdOf(person.entry.id, bytes);
    if (isSeen(known, imageId)) return 'repeated';
    return await takeBytes(taking, person, file.name, bytes, known, {
      imageId,
      ...(qualityFilter && { qualityFilter }),
    });
  } catch (error) {
    if (!isUnusablePicture(error)) throw error;
    if (error instanceof NoFaceError) {
      refuse(error.message);
      return 'refused';
    }
    report.remarks.push(`${person.planned.label}, ${file.name}: ${error.message}`);
    return 'unusable';
  }
}

/** Returns true if this run has had the picture; notes it else. */
function isSeen({ seen }: Known, picture: string): boolean {
  const isKnown = seen.has(picture);
  seen.add(picture);
  return isKnown;
}

/** Adopts or enrolls a picture, unless an earlier run did. */
async function takeBytes(
  { ports, journal, report, adopted: faces }: Taking,
  { entry, planned: { label } }: Person,
  name: string,
  bytes: Uint8Array,
  known: Known,
  options: { readonly imageId: string; readonly qualityFilter?: QualityFilter },
): Promise<Outcome> {
  const { imageId } = options;
  const there = (await ports.records.getImages([imageId])).get(imageId);
  if (there?.status === 'ACTIVE' && (await keepImage(ports, imageId))) {
    report.picturesPresent += 1;
    return 'present';
  }
  const { forms, ...prepared } = await preparePicture(ports, await measureReference(ports.faces, bytes));
  if (isSeen(known, storedForm(prepared.stored).hash)) return 'repeated';
  const named = { ...prepared, fileName: shownFileName(name) };
  const adopted = await faces?.adoptFor(entry, named);
  if (adopted !== undefined) {
    report[adopted === 'adopted' ? 'facesAdopted' : 'picturesPresent'] += 1;
    return adopted;
  }
  if ((await known.there.findAny(forms)) !== undefined) {
    report.picturesPresent += 1;
    return 'present';
  }
  if (journal.hasPicture(imageId)) {
    report.remarks.push(
      `${label}, ${name}: It was deleted here since an earlier run, and is not added again.`,
    );
    return 'deleted';
  }
  // An earlier run was interrupted while it enrolled this picture.
  if (there) await removeImageEverywhere(ports, there);
  const { faceCount, similar } = await enrollPicture(ports, entry.id, named, { ...options, compare: true });
  known.added.set(imageId, { imageId, similar, name });
  journal.addPicture(imageId);
  report.picturesAdded += 1;
  if (faceCount > 1)
    report.remarks.push(`${label}, ${name}: It shows ${faceCount} faces; the largest was enrolled.`);
  return 'enrolled';
}
