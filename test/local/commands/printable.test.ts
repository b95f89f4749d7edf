import { expect, test } from 'vitest';
import { printable } from '../../../local/command.ts';

test.each([
  ['Zoë 佐藤 (2)', 'Zoë 佐藤 (2)'],
  ['a\u001b[2Jb', 'a\\u{1b}[2Jb'],
  ['a\r\nentry 1: fine', 'a\\u{d}\\u{a}entry 1: fine'],
  ['abc\u202egpj', 'abc\\u{202e}gpj'],
  ['tab\there\u0085\u2028', 'tab\\u{9}here\\u{85}\\u{2028}'],
  ['نامه\u200cای', 'نامه\u200cای'],
])('%j is printed as %j, and moves no cursor', (text, printed) => {
  expect(printable(text)).toBe(printed);
});
