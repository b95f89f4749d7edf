import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { api } from '../../lib/contract/api.ts';
import { RequestInvalidError } from '../../lib/errors.ts';
import { parseJson } from '../../lib/http/json.ts';
import { readMultipart } from '../../lib/http/multipart.ts';
import { validate } from '../../lib/http/validation.ts';
import { decodeBase64 } from '../../lib/inputs/base64.ts';
import { createInputReader } from '../../lib/inputs/read.ts';
import { isHost, isPathPrefix } from '../../lib/network-settings.ts';
import { plainTokens } from '../../lib/service/tokens.ts';
import { bearerOf } from '../../local/server/access.ts';
import { readForwarded } from '../../local/server/forwarded.ts';
import { plainAddress } from '../../local/server/request-place.ts';

/** Texts that make a careless regular expression try very many ways. */
const hostile: Record<string, (length: number) => string> = {
  digits: (length) => `${'1'.repeat(length)}x`,
  'digits and a point': (length) => `${'1'.repeat(length / 2)}.${'1'.repeat(length / 2)}x`,
  spaces: (length) => `${' '.repeat(length)}x`,
  'spaces inside': (length) => `x${' '.repeat(length)}x`,
  parameters: (length) => `data:image/png${';a'.repeat(length / 2)}`,
  'base64 parameters': (length) => `data:image/png${';base64'.repeat(length / 7)}`,
  slashes: (length) => '/'.repeat(length),
  dots: (length) => `${'a.'.repeat(length / 2)}!`,
  dashes: (length) => `${'-'.repeat(length)}!`,
  quotes: (length) => `"${'\\"'.repeat(length / 2)}`,
  commas: (length) => ', '.repeat(length / 2),
  semicolons: (length) => ';='.repeat(length / 2),
  padding: (length) => '='.repeat(length),
  escapes: (length) => '%2'.repeat(length / 2),
  combining: (length) => `a${'\u0301'.repeat(length)}`,
  astral: (length) => '\u{1F600}'.repeat(length / 2),
  halves: (length) => '\ud800'.repeat(length),
  time: (length) => `2026-01-01T00:00:00.${'0'.repeat(length)}x`,
  url: (length) => `http://${'a.'.repeat(length / 2)}`,
  s3: (length) => `s3://bucket/${'a/'.repeat(length / 2)}`,
};

const long = 100_000;
const growth = 8;

type Read = (text: string) => unknown;

/** Measures the thread's own time: other work on the machine does not lengthen it. */
async function milliseconds(read: Read, text: string): Promise<number> {
  const start = process.threadCpuUsage();
  try {
    await read(text);
  } catch {
    // A refusal is fine: only the time counts.
  }
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000;
}

/** Measures the least time of several runs. */
async function least(read: Read, text: string): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round += 1) best = Math.min(best, await milliseconds(read, text));
  return best;
}

/** Milliseconds of the steps in which some kernels count a thread's time. */
const stepMs = 10;

/** Reads every character once, as slowly as is acceptable. */
const linear: Read = (text) => [...text].map((character) => character.codePointAt(0)).length;

const texts = await Promise.all(
  Object.entries(hostile).map(async ([name, make]) => {
    const whole = make(long);
    return {
      name,
      whole,
      short: make(long / growth),
      unit: Math.max(stepMs / 4, await least(linear, whole)),
    };
  }),
);

/**
 * Expects time that grows no faster than the text. Eight times the text may take eight times as long, plus
 * some room for fixed costs. Quadratic work would take sixty-four times as long. A text that is read in
 * almost no time passes without a second measurement.
 */
async function expectLinear(read: Read): Promise<void> {
  for (const { name, whole, short, unit } of texts) {
    if ((await milliseconds(read, whole)) < 5 * unit) continue;
    const [ofShort, ofWhole] = [await least(read, short), await least(read, whole)];
    expect(ofWhole, `${name}: ${ofShort} ms, then ${ofWhole} ms`).toBeLessThan(
      3 * growth * ofShort + 5 * unit,
    );
  }
}

/** Lists the fields of an object's schema. */
function fieldsOf(schema: z.ZodType | undefined): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

const cases = api.flatMap(({ operationId, params, query, body }): [string, Read][] => [
  ...fieldsOf(params).map((field): [string, Read] => [
    `${operationId}: path ${field}`,
    (text) => params && validate(params, { [field]: text }, 'path'),
  ]),
  ...fieldsOf(query).map((field): [string, Read] => [
    `${operationId}: query ${field}`,
    (text) => query && validate(query, { [field]: text }, 'query'),
  ]),
  ...(body?.kind === 'json' ? fieldsOf(body.schema) : []).flatMap((field): [string, Read][] => [
    [
      `${operationId}: JSON ${field}`,
      (text) => body?.kind === 'json' && validate(body.schema, { [field]: text }, 'body'),
    ],
    [
      `${operationId}: JSON ${field}, as a list`,
      (text) => body?.kind === 'json' && validate(body.schema, { [field]: [text] }, 'body'),
    ],
  ]),
  ...(body?.kind === 'multipart' ? [...fieldsOf(body.fields), body.files.name] : []).map(
    (field): [string, Read] => [
      `${operationId}: form ${field}`,
      (text) =>
        body?.kind === 'multipart' &&
        readMultipart(body, 'multipart/form-data; boundary=x', [formOf(field, text)]),
    ],
  ),
]);

function formOf(name: string, text: string): Buffer {
  return Buffer.from(`--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n--x--\r\n`);
}

describe('100 KB of hostile text takes no longer than its length', () => {
  test('in each field that a contract has', () => {
    const withFields = api.filter(({ params, query, body }) => params ?? query ?? body);
    const named = new Set(cases.map(([name]) => name.split(':')[0]));
    expect([...named].sort()).toEqual(withFields.map(({ operationId }) => operationId).sort());
  });

  test.each(cases)('%s', (_name, read) => expectLinear(read));

  const inputs = createInputReader({
    imageRoot: '/nowhere',
    maxImageBytes: 10 * long,
    readUrl: async () => new Uint8Array(),
  });
  const anyForm = api.find(({ operationId }) => operationId === 'createEntry')?.body;
  if (anyForm?.kind !== 'multipart') throw new Error('createEntry takes no form.');
  const others: [string, Read][] = [
    ["a picture's string", (text) => inputs.read(text)],
    ['base64', (text) => decodeBase64(text, 10 * long)],
    ['JSON', (text) => parseJson(text)],
    [
      'an Authorization header',
      (text) => bearerOf({ headers: { authorization: `Bearer ${text}` } } as never, plainTokens(['a token'])),
    ],
    ['a Host header', (text) => isHost(text)],
    ['a Forwarded header', (text) => readForwarded({ forwarded: text })],
    ['an X-Forwarded-For header', (text) => readForwarded({ 'x-forwarded-for': text })],
    ['an X-Forwarded-Prefix header', (text) => isPathPrefix(text)],
    ['an address', (text) => plainAddress(text)],
    [
      "a form's boundary",
      (text) => readMultipart(anyForm, `multipart/form-data; boundary=${text}`, [formOf('name', 'x')]),
    ],
    [
      "a form's parameters",
      (text) => readMultipart(anyForm, `multipart/form-data; ${text}`, [formOf('name', 'x')]),
    ],
    [
      "a part's headers",
      (text) =>
        readMultipart(anyForm, 'multipart/form-data; boundary=x', [
          Buffer.from(`--x\r\nContent-Disposition: ${text}\r\n\r\n\r\n--x--`),
        ]),
    ],
    [
      "a part's name",
      (text) => readMultipart(anyForm, 'multipart/form-data; boundary=x', [formOf(text, 'x')]),
    ],
    [
      "a form's bytes",
      (text) => readMultipart(anyForm, 'multipart/form-data; boundary=x', [Buffer.from(text)]),
    ],
  ];
  test.each(others)('%s', (_name, read) => expectLinear(read));
});

test('ten megabytes of parameters of a data: URL are one unreadable picture', async () => {
  await expect(decodeBase64(`data:image/png${';a'.repeat(5_000_000)}`, 1000)).rejects.toMatchObject({
    code: 'input_unreadable',
  });
});

test('a list of very many values, or levels, is refused without being read', () => {
  for (const text of [
    `[${'1,'.repeat(5_000_000)}1]`,
    '['.repeat(5_000_000),
    `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`,
  ]) {
    expect(() => parseJson(text)).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ type: 'too_long' })] }),
    );
  }
  expect(parseJson(String.raw`{"a":"[[[\"[[[,\\","b":[1,{"c":2}]}`)).toEqual({
    a: '[[["[[[,\\',
    b: [1, { c: 2 }],
  });
});

test('of very many problems the first hundred are told', () => {
  const contract = api.find(({ operationId }) => operationId === 'processImages')?.body;
  if (contract?.kind !== 'json') throw new Error('processImages takes no JSON.');
  const told = (images: number[]) => {
    try {
      validate(contract.schema, { images, threshold: 'x' }, 'body');
      return 0;
    } catch (error) {
      return error instanceof RequestInvalidError ? error.problems.length : 0;
    }
  };
  expect([told([1]), told(Array(100).fill(1)), told(Array(5000).fill(1))]).toEqual([2, 100, 2]);
});
