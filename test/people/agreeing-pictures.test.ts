import { expect, test } from 'vitest';
import { findAgreement } from '../../lib/people/agreeing-pictures.ts';

/**
 * Finds who agrees among pictures named by the person they show and a number; `-` shows no face. Returns the
 * number of comparisons as well.
 * @param knowsLeader false where only a comparison tells that a leader shows no face
 */
async function agreementOf(names: string, knowsLeader = true) {
  let comparisons = 0;
  const personOf = (name: string) => (name.startsWith('-') ? undefined : name[0]);
  const { agreeing, others, tied } = await findAgreement(names.split(' '), async (leader) => {
    const person = personOf(leader);
    if (person === undefined && knowsLeader) return undefined;
    return async (other) => {
      comparisons += 1;
      const shown = personOf(other);
      return person === undefined || shown === undefined ? undefined : person === shown;
    };
  });
  const tie = tied.length > 0 ? [tied.join(' ')] : [];
  return [agreeing.join(' '), others.join(' '), comparisons, ...tie];
}

test('the largest group of pictures that look alike decides', async () => {
  expect(await agreementOf('a1 a2 a3 a4 a5')).toEqual(['a1 a2 a3 a4 a5', '', 4]);
  expect(await agreementOf('b1 a1 a2 a3 a4')).toEqual(['a1 a2 a3 a4', 'b1', 4 + 3]);
  expect(await agreementOf('a1 b1 a2 c1 a3')).toEqual(['a1 a2 a3', 'b1 c1', 4]);
});

test('the first decides in a tie, which is told, and where no two look alike', async () => {
  expect(await agreementOf('b1 a1 a2 b2')).toEqual(['b1 b2', 'a1 a2', 3 + 1, 'a1 a2']);
  expect(await agreementOf('b1 a1 c1 a2 b2 c2')).toEqual(['b1 b2', 'a1 c1 a2 c2', 5 + 3 + 1, 'a1 a2 c1 c2']);
  expect(await agreementOf('b1 a1 c1 b2')).toEqual(['b1 b2', 'a1 c1', 3 + 1]);
  expect(await agreementOf('b1 b2 a1 a2 a3')).toEqual(['a1 a2 a3', 'b1 b2', 4 + 2]);
  expect(await agreementOf('a1 b1')).toEqual(['a1', 'b1', 1]);
  expect(await agreementOf('a1 b1 c1')).toEqual(['a1', 'b1 c1', 2 + 1]);
});

test.each([true, false])(
  'pictures without a face decide nothing, if a leader is known: %s',
  async (knows) => {
    expect(await agreementOf('-1 b1 a1 -2 a2', knows)).toEqual(['a1 a2', '-1 b1 -2', knows ? 4 : 8]);
    expect(await agreementOf('-1 a1', knows)).toEqual(['a1', '-1', knows ? 0 : 1]);
    expect((await agreementOf('-1 -2', knows)).slice(0, 1)).toEqual(knows ? [''] : ['-2']);
  },
);

test('pictures of many strangers are not compared to the end', async () => {
  const strangers = Array.from({ length: 60 }, (_, place) => String.fromCharCode(0x100 + place));
  const [agreeing, , comparisons] = await agreementOf(strangers.join(' '));
  expect([agreeing, comparisons]).toEqual([strangers[0], (16 * (59 + 44)) / 2]);
});
