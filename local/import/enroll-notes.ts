import type { PossibleDuplicates } from '../../lib/contract/possible-duplicates.ts';
import { similarityOnScale } from '../../lib/faces/similarity-scale.ts';
import type { EnrollingPorts } from '../../lib/ports.ts';
import { whyNotInForce } from '../../lib/records/shared/in-force.ts';
import type { ArrangedPictures } from './arrange-pictures.ts';
import type { EnrollSummary } from './enroll-report.ts';
import type { FoundPerson, PersonPicture } from './found-people.ts';

/** State of a person whose pictures are being enrolled, and lines that the report gets about them. */

/** A person whose pictures are being enrolled. */
export interface Enrolling {
  readonly ports: EnrollingPorts;
  readonly person: FoundPerson;
  readonly summary: EnrollSummary;
  /** Order of a new person's pictures. */
  readonly arranged: ArrangedPictures | undefined;
  /** Name of the picture that others were compared with first, for a new person. */
  first?: string;
  /** Id of the entry, once there is one. */
  entryId: number | undefined;
  /** True once the entry has a picture that others can be compared with. */
  hasPictures: boolean;
  /** True once the name turned out to be somebody else's, or the entry was deleted. */
  isRefused: boolean;
  /** Pictures of this run, by the digests of their forms. */
  readonly seen: Map<string, PersonPicture>;
  /** Second copies of pictures of this run, whose outcome is theirs. */
  readonly seconds: { readonly picture: PersonPicture; readonly first: PersonPicture }[];
}

/** Notes that a picture is held back. */
export function holdBack(
  { person: { name }, summary }: Enrolling,
  picture: PersonPicture,
  why: string,
): void {
  summary.unlike.set(`${name}/${picture.name}`, `${name}/${picture.name}: ${why}`);
}

/** Tells how many of a new person's pictures agree, and which differ. */
export function noteDisagreement({ arranged, person, summary, first }: Enrolling): void {
  const { name, pictures } = person;
  const differing = pictures
    .filter((picture) => summary.copies.othersWith(picture, person).length === 0)
    .filter((picture) => summary.unlike.has(`${name}/${picture.name}`));
  if (!arranged || first === undefined || differing.length === 0) return;
  const tied = arranged.tied.map((picture) => picture.name).join(', ');
  const tie = tied && `, but as many agree on somebody else (${tied})`;
  const agreeing =
    arranged.agreeing > 1
      ? `${arranged.agreeing} pictures agree, and ${first} is the first of them${tie}`
      : `no two pictures agree, and ${first} was taken`;
  const names = differing.map((picture) => picture.name).join(', ');
  summary.disagreements.push(`${name}: ${agreeing}; different: ${names}`);
}

/** Tells from which similarity on faces match, where similarities are known. */
export function neededWords({ faces: { defaults } }: EnrollingPorts): string {
  const similarity = similarityOnScale(defaults.similarityScale, defaults.threshold);
  return similarity === undefined ? '' : `, and a match takes ${similarity.toFixed(1)}`;
}

/** Tells that nobody matches the person's entry: whoever bans them anew may not know that it is there. */
export async function noteOutOfForce(enrolling: Enrolling): Promise<void> {
  const { ports, person, summary, entryId, isRefused } = enrolling;
  const entry = entryId === undefined || isRefused ? undefined : await ports.records.getEntry(entryId);
  const why = entry?.status === 'ACTIVE' ? whyNotInForce(entry) : undefined;
  if (why) summary.outOfForce.push(`${person.name}: ${why}`);
}

/** Notes how many pictures were added, what was wrong with others, and whom they look like. */
export function note(
  { person: { name }, summary }: Enrolling,
  added: number,
  errors: readonly string[],
  duplicates: PossibleDuplicates = [],
): void {
  summary.picturesAdded += added;
  summary.remarks.push(...errors.map((error) => `${name}/${error}`));
  if (duplicates === null) summary.duplicates.set(name, `${name}: this could not be found out`);
  for (const { id, name: other, similarity, in_force } of duplicates ?? []) {
    const force = in_force === false ? ', suspended or expired' : '';
    const line = `${name}: ${other}, entry ${id}, similarity ${similarity.toFixed(1)}${force}`;
    summary.duplicates.set(`${name}/${id}`, line);
  }
}
