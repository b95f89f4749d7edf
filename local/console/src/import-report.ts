import { type Import, type ImportPicture, isLeftOut } from './importing.ts';
import { texts } from './texts.ts';

/** Counts of an import's pictures and people. */
export interface ImportCounts {
  readonly pictures: number;
  readonly done: number;
  readonly added: number;
  /** Pictures that their entries had already. */
  readonly there: number;
  readonly refused: number;
  /** Pictures that can be sent again. */
  readonly open: number;
  readonly listed: number;
}

export function countsOf({ persons, addsToListed }: Import): ImportCounts {
  const sent = persons.filter((person) => !isLeftOut(person, addsToListed));
  const pictures = sent.flatMap((person) => person.pictures);
  const count = (...states: ImportPicture['state'][]) =>
    pictures.filter(({ state }) => states.includes(state)).length;
  return {
    pictures: pictures.length,
    done: count('added', 'there', 'refused', 'failed'),
    added: count('added'),
    there: count('there'),
    refused: count('refused'),
    open: count('waiting', 'failed'),
    listed: sent.filter(({ clash, entryId }) => entryId !== undefined && clash?.isSame !== true).length,
  };
}

/** Writes what became of each picture, and of what was left out, as lines of CSV in the page's language. */
export function reportOf({ persons, plan, addsToListed }: Import): string[][] {
  const { states, leftOutReasons, columns, listedAlready } = texts.importing;
  const rows = persons.flatMap((person) => {
    const isOut = isLeftOut(person, addsToListed);
    return person.pictures.map(({ name, state, messages = [] }) => [
      person.name,
      name,
      isOut ? states.refused : states[state],
      isOut ? listedAlready : messages.map(({ text }) => text).join(' '),
      person.looksLike.join('; '),
    ]);
  });
  const left = plan.leftOut.map(({ what, reason }) => ['', what, states.refused, leftOutReasons[reason], '']);
  const remarks = plan.remarks.map((remark) => ['', '', '', remark, '']);
  return [Object.values(columns), ...rows, ...left, ...remarks];
}
