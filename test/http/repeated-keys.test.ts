import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RequestInvalidError } from '../../lib/errors.ts';
import { parseJson } from '../../lib/http/json.ts';
import { repeatedKeys } from '../../lib/http/repeated-keys.ts';

const found = (text: string) =>
  repeatedKeys(Buffer.from(text)).map(({ path, times }) => [path.join('/'), times]);

test.each([
  ['at the top', '{"name": "Ada", "reason": null, "name": "Bob"}', [['name', 2]]],
  ['three times', '{"a":1,"a":1,"a":1}', [['a', 3]]],
  ['written with an escape', String.raw`{"name": 1, "n\u0061me": 2}`, [['name', 2]]],
  ['with spaces before the colon', '{"a" \t\r\n: 1, "a"\n:2}', [['a', 2]]],
  ['deep inside', '{"track": [{"frames": 1}, {"frames": 1, "frames": 2}]}', [['track/1/frames', 2]]],
  [
    'beside values with commas',
    '{"a": [[",", 1], {"b": [1, 2], "c": [{}, {"d": ",", "d": 1}]}]}',
    [['a/1/c/1/d', 2]],
  ],
  [
    'in two objects',
    '[{"a": 1, "a": 2}, {"a": 1, "a": 2, "a": 3}]',
    [
      ['0/a', 2],
      ['1/a', 3],
    ],
  ],
  [
    'that has an object each time',
    '{"a": {"b": 1}, "a": {"b": 1, "b": 2}}',
    [
      ['a', 2],
      ['a/b', 2],
    ],
  ],
  ['after an object that has it too', '{"a": {"b": 1}, "b": 1, "b": 2}', [['b', 2]]],
  ['with quotes and backslashes', String.raw`{"\"\\": 1, "\"\\": 2}`, [['"\\', 2]]],
  ['that is empty', '{"": 1, "": 2}', [['', 2]]],
])('a key is found twice in an object: %s', (_, text, repeated) => {
  expect(found(text)).toEqual(repeated);
});

test.each([
  '{"a": "a", "b": "a", "c": ["a", "a"]}',
  '[{"a": 1}, {"a": 1}]',
  '{"a": {"a": {"a": 1}}}',
  String.raw`{"a": "\"b\":1,\"b\":1", "c": "{\"d\":1,\"d\":1}"}`,
  '"a"',
])('none is found in %s', (text) => {
  expect(found(text)).toEqual([]);
});

test('whatever JSON.stringify writes has none, and all of it has once it is doubled', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (text) => {
      expect(found(text)).toEqual([]);
      expect(found(`{"x":${text},"x":${text}}`)).toEqual([['x', 2]]);
    }),
  );
});

test('a body with a key twice is refused, in words that name it harmlessly', () => {
  const twice = (key: string) => () => parseJson(`{${JSON.stringify(key)}:1,${JSON.stringify(key)}:2}`);
  const problem = { msg: 'Field was given 2 times: give it once', type: 'value_error' };
  expect(twice('name')).toThrow(
    expect.objectContaining({ problems: [{ loc: ['body', 'name'], ...problem }] }),
  );
  expect(twice(`a\u001b${'x'.repeat(1000)}`)).toThrow(
    expect.objectContaining({ problems: [{ loc: ['body', `a ${'x'.repeat(48)}`], ...problem }] }),
  );
  expect(twice('__proto__')).toThrow(RequestInvalidError);
  const many = Array.from({ length: 5000 }, (_, index) => `"${index}":0,"${index}":1`).join();
  expect(found(`{${many}}`)).toHaveLength(10);
});
