import { expect, test } from 'vitest';
import { searchForms, searchText } from '../../lib/names/search-text.ts';

const isFound = (text: string, query: string) =>
  searchForms(query).some((form) => searchText([text]).includes(form));

test.each([
  ['Anne-Marie', ['anne marie', 'annemarie', 'ANNE‑MARIE', 'Anne–Marie', 'ne-ma']],
  ['Annemarie', ['anne-marie', 'Anné-Marie']],
  ['Anne Marie', ['anne-marie']],
  ['Sean O’Brien', ["o'brien", 'obrien', 'o brien', 'OʼBRIEN']],
  ['Jean-Luc O’Neill', ['jean luc oneill', "jeanluc o'neill"]],
  ['Łukasz Strauß', ['lukasz strauss']],
  ['one\ntwo', ['one two']],
])('%j is found by %j', (text, queries) => {
  for (const query of queries) expect(isFound(text, query), query).toBe(true);
});

test('what has other letters is not found, nor what runs over from one part to the next', () => {
  for (const query of ['anna', 'marie anne', 'annemariel']) expect(isFound('Anne-Marie', query)).toBe(false);
  expect(searchForms('ada theft').some((form) => searchText(['Ada', 'Theft']).includes(form))).toBe(false);
});

test('a query without letters asks for nothing', () => {
  expect([searchForms(''), searchForms(' \n'), searchForms('-'), searchForms("'")]).toEqual([[], [], [], []]);
});
