import type { EntryVerification } from '../../../../lib/contract/endpoints/verify-entry.ts';
import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import type { Verification } from '../../../../lib/contract/verification.ts';
import { similarityOf } from '../format.ts';
import { texts } from '../texts.ts';
import type { BarHeadline } from './verdict-words.ts';

/**
 * Returns what a comparison says in a line. It is never green, because one comparison tells nothing of all
 * the others who are listed.
 * @param entry listed person; undefined for two pictures
 */
export function comparedHeadline(
  { verified, similarity, distance, threshold, near_threshold }: Verification | EntryVerification,
  entry: Pick<BlacklistRecord, 'name' | 'severity'> | undefined,
): BarHeadline {
  const name = entry?.name;
  const isDanger = entry?.severity === 'danger';
  const words = texts.checking;
  const alike = similarity === null ? '' : `${words.alike(similarityOf(similarity))} `;
  if (verified) {
    return {
      tone: name === undefined ? 'same' : 'match',
      text: name === undefined ? words.samePerson : texts.verdicts.match(name, isDanger),
      detail: `${alike}${texts.verdicts.compareFirst}`,
    };
  }
  if (distance !== null && distance <= threshold) {
    return {
      tone: 'possible',
      text: words.looksLike(name ?? ''),
      detail: `${alike}${words.suspended}`,
    };
  }
  // A service of before tells no band.
  if (distance !== null && distance <= (near_threshold ?? threshold)) {
    return {
      tone: 'possible',
      text: name === undefined ? words.maybeSame : texts.verdicts.possible(name),
      detail: `${alike}${texts.verdicts.alikeButNotEnough}`,
    };
  }
  return {
    tone: 'different',
    text: name === undefined ? words.notAlike : words.personNotAlike(name),
    detail: `${alike}${words.lookYourself}`,
  };
}
