import type { EntryVerification } from '../../../../lib/contract/endpoints/verify-entry.ts';
import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import type { Verification } from '../../../../lib/contract/verification.ts';
import type { BarHeadline } from '../ui/verdict-bar.tsx';
import { similarityOf } from './words.ts';

/**
 * Returns what a comparison says in a line. It is never green, because one comparison tells nothing of all
 * the others who are listed.
 * @param entry listed person; undefined for two pictures
 */
export function comparedHeadline(
  { verified, similarity, distance, threshold }: Verification | EntryVerification,
  entry: Pick<BlacklistRecord, 'name' | 'severity'> | undefined,
): BarHeadline {
  const name = entry?.name;
  const danger = entry?.severity === 'danger' ? 'Danger. ' : '';
  const alike = similarity === null ? '' : `${similarityOf(similarity)} alike. `;
  if (verified) {
    return {
      tone: name === undefined ? 'same' : 'match',
      text: name === undefined ? 'The same person' : `${danger}Match: ${name}`,
      detail: `${alike}Compare the faces before you act.`,
    };
  }
  if (distance !== null && distance <= threshold) {
    return {
      tone: 'possible',
      text: `Looks like ${name}`,
      detail: `${alike}The entry is suspended or has expired, so it matches nobody.`,
    };
  }
  return {
    tone: 'different',
    text: name === undefined ? 'Not alike enough' : `Not alike enough: ${name}`,
    detail: `${alike}A blurred or turned face is compared badly, so look yourself.`,
  };
}
