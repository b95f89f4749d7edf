import { expect, test } from 'vitest';
import { foundIn, patternsFor } from '../../lib/erasure/find.ts';
import { spellingsOf } from '../../lib/erasure/spellings.ts';
import { tracesOfName } from '../../lib/erasure/traces.ts';

const isFound = (name: string, bytes: Buffer) =>
  foundIn(bytes, [spellingsOf(name) ?? Buffer.alloc(0)]).length > 0;

test.each([
  ['Ägnes Möller', 'AGNES MOLLER'],
  ['Agnes Moller', 'ägnes möller'],
  ['Anne-Marie Roe', 'anne marie roe'],
  ['Anne-Marie Roe', 'ANNEMARIE ROE'],
  ['Annemarie Roe', 'Anne-Marie Roe'],
  ['anne marie roe', 'Anne_Marie.Roe'],
  ["Conor O'Brien", 'conor obrien'],
  ['Conor OBrien', 'Conor O’Brien'],
  ['Hans Strasse', 'hans straße'],
  ['Æsa Østberg', 'aesa ostberg'],
  ['Łukasz Đorđe', 'lukasz dorde'],
  ['Юрий Сёмин', 'ЮРИИ СЕМИН'],
  ['김철수', '김철수'],
])('%s is found where it is written %s', (name, written) => {
  const around = `\0\x07${written}Theft.`;
  for (const form of [around, around.normalize('NFD'), around.normalize('NFC')]) {
    expect(isFound(name, Buffer.from(form))).toBe(true);
  }
  expect(isFound(name, Buffer.from(`/files/${encodeURIComponent(written.normalize('NFC'))}.jpg`))).toBe(true);
});

test('a name is found in Latin-1, and other names are not it', () => {
  expect(isFound('Agnes Moller', Buffer.from('ÄGNES MÖLLER', 'latin1'))).toBe(true);
  for (const other of ['Agnes Muller', 'Agnes', 'Moller Agnes', 'Agnes and Moller', '']) {
    expect(isFound('Ägnes Möller', Buffer.from(other))).toBe(false);
  }
  expect([spellingsOf(''), spellingsOf(" -'"), tracesOfName(' - ')]).toEqual([undefined, undefined, []]);
});

test('a picture is not searched for spellings, which its bytes hold by chance, but for the name as it is', () => {
  const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from('..jANE.. Jane')]);
  const find = (name: string) => {
    const traces = tracesOfName(name).map(({ sought }) => sought);
    return foundIn(jpeg, patternsFor(jpeg, traces)).length > 0;
  };
  expect([find('Jane'), find('jane'), find('Jané')]).toEqual([true, false, false]);
});
