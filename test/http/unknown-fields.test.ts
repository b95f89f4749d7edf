import { expect, test } from 'vitest';
import { createEntryContract } from '../../lib/contract/endpoints/create-entry.ts';
import { repeatedFieldWarnings, unknownFieldWarnings, withWarnings } from '../../lib/http/unknown-fields.ts';

const { fields, files } = createEntryContract.body ?? { fields: { shape: {} }, files: { name: '' } };
const known = [...Object.keys(fields.shape), files.name];

test.each([
  ['expiry', 'expires_at'],
  ['expires', 'expires_at'],
  ['expiration_date', 'expires_at'],
  ['expire_at', 'expires_at'],
  ['ExpiresAt', 'expires_at'],
  ['review', 'review_at'],
  ['review-date', 'review_at'],
  ['categorie', 'category'],
  ['note', 'notes'],
  ['suspend', 'suspended'],
  ['reasons', 'reason'],
  ['image', 'images'],
])('the field %s is told of, and that %s was perhaps meant', (given, meant) => {
  expect(unknownFieldWarnings(['name', given], known)).toEqual([
    `The field '${given}' is not known, and was passed over. Was ${meant} meant?`,
  ]);
});

test('a field of a form that is sent twice is told of, and many pictures are not', () => {
  const given = ['name', 'images', 'reason', 'name', 'images', 'other', 'other'];
  expect(repeatedFieldWarnings(given, Object.keys(fields.shape))).toEqual([
    "The field 'name' was given 2 times: the last counts.",
  ]);
});

test('fields that resemble none are told of too, shortly and harmlessly, and known ones are not', () => {
  expect(unknownFieldWarnings(known, known)).toEqual([]);
  expect(unknownFieldWarnings(['x', 'x', 'a\u001b\nb'], known)).toEqual([
    "The field 'x' is not known, and was passed over.",
    "The field 'a  b' is not known, and was passed over.",
  ]);
  const many = Array.from({ length: 1_000 }, (_, index) => `${index}`.padEnd(1_000, 'q'));
  const lines = unknownFieldWarnings(many, known);
  expect(lines).toHaveLength(10);
  for (const line of lines) expect(line.length).toBeLessThan(120);
  expect([withWarnings(null, []), withWarnings(['a'], ['b'])]).toEqual([null, ['a', 'b']]);
});
