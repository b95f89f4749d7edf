import { expect, test } from 'vitest';
import { otherOwners } from '../../lib/people/picture-owners.ts';

const owner = (name: string, isOutOfForce = false) => ({ name, isOutOfForce });

test('those who are listed come first, each person once', () => {
  const listed = [owner('Bill', true), owner('Ada'), owner('Ada')];
  const imported = ['Duo', 'Ada', 'Solo', 'Bill'].map((name) => owner(name));
  expect(otherOwners('Solo', listed, imported)).toEqual([owner('Bill', true), owner('Ada'), owner('Duo')]);
});

test('a picture that the person’s own entry has is no copy, whoever else has it', () => {
  expect(otherOwners('Ada', [owner('Bill', true), owner('Ada')], [owner('Solo')])).toEqual([]);
  expect(otherOwners('Ada', [], [owner('Ada')])).toEqual([]);
});
