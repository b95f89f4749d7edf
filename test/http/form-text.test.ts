import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFormText, parseHeader } from '../../lib/http/form-text.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');

describe("a form's text", () => {
  test.each([
    ['in UTF-8', Buffer.from('Zoë 李 €'), undefined, 'Zoë 李 €'],
    ['in UTF-8 with a mark', Buffer.from('\ufeffZoë'), undefined, 'Zoë'],
    ['in Latin-1', latin1('Zo\xeb'), undefined, 'Zoë'],
    ['in Windows-1252', latin1('\x80 O\x92Neill \x8a'), undefined, '€ O’Neill Š'],
    ['in UTF-16 with a mark', Buffer.from('\ufeffZoë 李', 'utf16le'), undefined, 'Zoë 李'],
    [
      'in UTF-16 with a mark, though UTF-8 is told',
      Buffer.from('\ufeffZoë', 'utf16le').swap16(),
      'utf-8',
      'Zoë',
    ],
    ['in Windows-1252, where a mark is none', latin1('\xff\xfe\xeb'), undefined, 'ÿþë'],
    ['in an encoding that is told', Buffer.from([0x97, 0x9b]), 'Shift_JIS', '李'],
    ['in UTF-8, though ASCII is told', Buffer.from('Zoë'), 'us-ascii', 'Zoë'],
    ['in Latin-1, as is told', Buffer.from('Ã«'), 'ISO-8859-1', 'Ã\x83Â«'.replace('\x83', 'ƒ')],
    ['in Latin-1, though UTF-8 is told', latin1('Zo\xeb'), 'utf-8', 'Zoë'],
    ['in UTF-8, though nonsense is told', Buffer.from('Zoë'), 'utf-7', 'Zoë'],
    ['in UTF-8, though bytes are told', Buffer.from('Zoë'), 'x-user-defined', 'Zoë'],
    ['in UTF-8, though nothing is told', Buffer.from('Zoë'), '', 'Zoë'],
  ])('is read %s', (_how, bytes, charset, text) => {
    expect(decodeFormText(bytes, charset)).toBe(text);
  });

  test('never has a replacement character that was not sent', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 100 }),
        fc.constantFrom(undefined, 'utf-8', 'shift_jis', 'gbk', 'koi8-r'),
        (bytes, charset) => {
          fc.pre(!Buffer.from(bytes).includes('\ufffd'));
          expect(decodeFormText(bytes, charset)).not.toContain('\ufffd');
        },
      ),
    );
  });
});

describe("a header's parameters", () => {
  test('are read in quotes, in the extended notation, and plain', () => {
    const read = (header: string) => Object.fromEntries(parseHeader(header).parameters);
    expect(parseHeader('Form-Data; name=a').value).toBe('form-data');
    expect(read('form-data; name="a \\"b\\"; c" ; FileName=x.jpg')).toEqual({
      name: 'a "b"; c',
      filename: 'x.jpg',
    });
    expect(read('x; filename="C:\\Temp\\a.jpg"')).toEqual({ filename: 'C:\\Temp\\a.jpg' });
    expect(read('x; filename="J_rgen.jpg"; filename*=UTF-8\'de\'J%C3%BCrgen.jpg')).toEqual({
      filename: 'Jürgen.jpg',
    });
    expect(read("x; filename*=iso-8859-1''J%FCrgen.jpg")).toEqual({ filename: 'Jürgen.jpg' });
    expect(read("x; filename*=utf-8''J%FCrgen.jpg")).toEqual({ filename: 'Jürgen.jpg' });
    expect(read('x; filename="J\xfcrgen.jpg"')).toEqual({ filename: 'Jürgen.jpg' });
    expect(read('x; name=a; name=b')).toEqual({ name: 'a' });
    expect(read('')).toEqual({});
  });
});
