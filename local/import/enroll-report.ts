import { printable } from '../command.ts';
import type { PictureCopies } from './picture-copies.ts';

/** Outcome of `npm run enroll`, and the lines that tell it. */

export interface EnrollSummary {
  personsListed: number;
  picturesAdded: number;
  picturesPresent: number;
  readonly remarks: string[];
  /** Lines about people whose names were written in several ways. */
  readonly joined: readonly string[];
  /** Files and folders of systems that were ignored. */
  readonly passedOver: ReadonlySet<string>;
  /** Lines about pictures that look like none of their person's others, by person and file. */
  readonly unlike: Map<string, string>;
  /** Sentences about new people whose pictures do not all agree: how many do, and which differ. */
  readonly disagreements: string[];
  /** Sentences about people whose entries nobody matches. */
  readonly outOfForce: string[];
  /** Names of people who have no entry at the end. */
  readonly unlisted: string[];
  readonly copies: PictureCopies;
  /** True to add these nevertheless, and copies of other people's. Without it they are held back. */
  readonly takesUnlike: boolean;
  /** Messages, one for each pair of a person and a listed person who looks similar. */
  readonly duplicates: Map<string, string>;
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Writes what became of an import, in sections; those without a line are left out. */
export function enrollReport(summary: EnrollSummary): string[] {
  const { personsListed, picturesAdded, picturesPresent, unlisted, outOfForce, takesUnlike } = summary;
  const unlike = takesUnlike
    ? 'Added, but like none of the person’s other pictures, or somebody else’s too; delete what shows somebody else'
    : 'Held back, for they look like none of the person’s other pictures, or are somebody else’s too; --include-unlike adds them';
  const sections: readonly [heading: string, lines: Iterable<string>][] = [
    ['Left out, or used in part', summary.remarks],
    ['Passed over, for systems make such for themselves', summary.passedOver],
    ['Taken as one person, for the names differ in spaces or invisible characters alone', summary.joined],
    [unlike, summary.unlike.values()],
    ['Not all pictures agree', summary.disagreements],
    ['Perhaps listed twice', summary.duplicates.values()],
    ['Not listed', unlisted],
    ['Suspended or expired', outOfForce],
  ];
  return [
    `${counted(personsListed, 'person')} listed, ${counted(picturesAdded, 'picture')} added, ${picturesPresent} there already.`,
    ...sections.flatMap(([heading, lines]) => {
      const shown = [...lines].map((line) => `  ${printable(line)}`);
      return shown.length > 0 ? [`${heading}:`, ...shown] : [];
    }),
    ...(outOfForce.length === 0
      ? []
      : [
          `Nobody matches ${outOfForce.length} of the people found, for their entries are suspended or expired.`,
        ]),
  ];
}
