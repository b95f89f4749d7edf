import { wordsOf } from './api/client.ts';
import { withForce } from './import-holding.ts';
import {
  type Import,
  type ImportPerson,
  type ImportPicture,
  isLeftOut,
  isListedOut,
  isOpen,
  isUnmatched,
  looksLikeOf,
} from './import-state.ts';
import { texts } from './texts.ts';

/** Counts of an import's pictures and people. */
export interface ImportCounts {
  readonly pictures: number;
  readonly done: number;
  readonly added: number;
  /** Pictures that their entries had already. */
  readonly there: number;
  readonly refused: number;
  /** Pictures that do not look like the person's others, and that nobody wants sent yet. */
  readonly held: number;
  /** Pictures that can be sent again. */
  readonly open: number;
  readonly listed: number;
  /** People whose pictures look like somebody who is listed. */
  readonly lookAlikes: number;
  /** People whose entries nobody matches, also those to whom nothing is added. */
  readonly outOfForce: number;
}

export function countsOf({ persons, addsToListed }: Import): ImportCounts {
  const sent = persons.filter((person) => !isLeftOut(person, addsToListed));
  const pictures = sent.flatMap((person) => person.pictures);
  const count = (...states: ImportPicture['state'][]) =>
    pictures.filter(({ state }) => states.includes(state)).length;
  const held = pictures.filter((picture) => picture.state === 'held' && !isOpen(picture)).length;
  return {
    pictures: pictures.length,
    done: count('added', 'there', 'refused') + held,
    added: count('added'),
    there: count('there'),
    refused: count('refused'),
    held,
    open: pictures.filter(isOpen).length,
    listed: sent.filter(({ clash, entryId }) => entryId !== undefined && clash?.isSame !== true).length,
    lookAlikes: sent.filter((person) => looksLikeOf(person).length > 0).length,
    outOfForce: persons.filter((person) => !person.isUnwanted && isUnmatched(person)).length,
  };
}

/** Returns true while leaving the page would lose something: it sends, or has sent a part only. */
export function isUnfinished(known: Import): boolean {
  const { open, added } = countsOf(known);
  return known.state === 'running' || (open > 0 && added > 0);
}

/** Remarks about a person that are known before anything is sent. */
export function remarksOn(person: ImportPerson, addsToListed: boolean): string[] {
  const { importing } = texts;
  const { clash, alike, reason, isUnwanted, folders = 1, notice } = person;
  if (isUnwanted) return [importing.unwanted];
  if (isListedOut(person, addsToListed)) {
    return [clash?.isOutOfForce ? importing.outOfForceAlready : importing.listedAlready];
  }
  return [
    ...(clash?.isSame ? [importing.addedToListed] : []),
    ...(clash?.isSame && reason !== null ? [importing.reasonStays] : []),
    ...(clash && !clash.isSame ? [importing.nearlyListed(clash.name)] : []),
    ...(clash?.isOutOfForce && (!clash.isSame || notice === undefined) ? [texts.checking.suspended] : []),
    ...(folders > 1 ? [importing.joinedFolders(folders)] : []),
    ...(alike.length > 0 ? [importing.nearlySame(alike.join(', '))] : []),
    ...disagreement(person),
  ];
}

/** Tells how many pictures of a new person agree, and which differ. */
function disagreement({ pictures, agreeing = 0, tied = [], listedBy }: ImportPerson): string[] {
  const differing = pictures.filter(({ state, sameAs = [] }) => state === 'held' && sameAs.length === 0);
  if (differing.length === 0) return [];
  const names = differing.map(({ name }) => name).join(', ');
  if (tied.length > 0 && listedBy !== undefined) {
    return [texts.importing.tied(agreeing, tied.join(', '), listedBy)];
  }
  if (agreeing > 1) return [texts.importing.agreeing(agreeing, names)];
  // Pictures of somebody who was listed before are compared with the listed ones.
  return listedBy === undefined ? [] : [texts.importing.noneAgree(listedBy, names)];
}

/** Writes what became of each picture, and of what was left out, as lines of CSV in the page's language. */
export function reportOf({ persons, plan, addsToListed }: Import): string[][] {
  const { states, leftOutReasons, columns, samePicture, row: inRow } = texts.importing;
  const rows = persons.flatMap((person) => {
    const isOut = isLeftOut(person, addsToListed);
    const remarks = remarksOn(person, addsToListed);
    const { notice = '', refusal } = person;
    return person.pictures.map(({ name, state, messages = [], sameAs = [], looksLike = [] }) => [
      person.name,
      name,
      isOut ? states.refused : states[state],
      [
        ...messages.map(wordsOf),
        ...(sameAs.length > 0 ? [samePicture(sameAs.map(withForce).join(', '))] : []),
        ...remarks,
        ...(refusal ? [wordsOf(refusal)] : []),
        ...(notice ? [wordsOf({ text: notice, isByService: true })] : []),
      ].join(' '),
      looksLike.join('; '),
    ]);
  });
  const left = plan.leftOut.map(({ what, row, person = '', reason }) => {
    const why = leftOutReasons[reason];
    return [person, what, states.refused, row === undefined ? why : `${inRow(row)}: ${why}`, ''];
  });
  const remarks = plan.remarks.map((remark) => ['', '', '', remark, '']);
  return [Object.values(columns), ...rows, ...left, ...remarks];
}
