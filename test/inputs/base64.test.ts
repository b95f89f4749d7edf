import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputTooLargeError, InputUnreadableError } from '../../lib/errors.ts';
import { decodeBase64 } from '../../lib/inputs/base64.ts';

// The text has both symbols that differ in the URL-safe alphabet, and padding.
const text = '/9j/+++/4A==';
const bytes = Buffer.from(text, 'base64');

describe('a picture in base64', () => {
  test.each([
    ['plain', text],
    ['with a data: head', `data:image/jpeg;base64,${text}`],
    ['with a head in capitals', `DATA:IMAGE/JPEG;BASE64,${text}`],
    ['with other parameters in its head', `data:image/svg+xml;charset=utf-8;name=a.jpg;base64,${text}`],
    ['with a head of bytes of any kind', `data:application/octet-stream;base64,${text}`],
    ['with a head of no type', `data:;base64,${text}`],
    ['with a head of a wrong type', `data:text/html;charset=utf-8;base64,${text}`],
    [
      'with spaces and line breaks',
      ` data:image/jpeg; base64,\r\n${text.slice(0, 4)}\r\n\t${text.slice(4)}\n`,
    ],
    ['without padding', text.replace(/=+$/, '')],
    ['in the URL-safe alphabet', text.replaceAll('+', '-').replaceAll('/', '_')],
  ])('is read %s', async (_form, input) => {
    expect(Buffer.from(await decodeBase64(input, 1000))).toEqual(bytes);
  });

  test('comes back as it was, whatever its bytes, alphabet, padding and line length', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.constantFrom<BufferEncoding[]>('base64', 'base64url'),
        fc.integer({ min: 1, max: 80 }),
        fc.constantFrom('', 'data:image/png;base64,'),
        async (original, alphabet, lineLength, head) => {
          const lines = Buffer.from(original)
            .toString(alphabet)
            .match(new RegExp(`.{1,${lineLength}}`, 'g'));
          const decoded = await decodeBase64(head + (lines ?? []).join('\r\n'), 300);
          expect(Buffer.from(decoded).equals(original)).toBe(true);
        },
      ),
    );
  });

  test.each([
    ['a character of neither alphabet', `${text.slice(0, 5)}!${text.slice(6)}`],
    ['a letter that only looks like one', `${text.slice(0, 4)}а${text.slice(5)}`],
    ['padding in the middle', `AA==${text}`],
    ['too much padding', 'AAAA===='],
    ['too little padding', 'AA='],
    ['padding where none belongs', 'AAAA=='],
    ['a lone last symbol', 'AAAAA'],
    ['a second head', `data:image/png;base64,data:image/png;base64,${text}`],
    ['a head without base64', `data:image/png,${text}`],
    ['a head that does not end', `data:image/png${';a'.repeat(1000)};base64,${text}`],
    ['a head with base64 elsewhere', `data:base64;image/png,${text}`],
    ['an unfinished head', 'data:image/png;base64'],
    ['nothing', ''],
    ['nothing after its head', 'data:image/png;base64,'],
    ['padding alone', '=='],
  ])('is refused with %s', async (_fault, input) => {
    await expect(decodeBase64(input, 1000)).rejects.toThrow(InputUnreadableError);
  });

  test('may have as many bytes as the limit and not one more', async () => {
    expect(await decodeBase64(text, bytes.length)).toHaveLength(bytes.length);
    await expect(decodeBase64(text, bytes.length - 1)).rejects.toThrow(InputTooLargeError);
    await expect(decodeBase64(text, bytes.length - 1)).rejects.toThrow(
      `larger than ${bytes.length - 1} bytes`,
    );
  });

  test('is never repeated in what it is refused with', async () => {
    await expect(decodeBase64('c2VjcmV0c2VjcmV0!', 1000)).rejects.toThrow(
      /^The picture is not valid base64\.$/,
    );
  });
});
