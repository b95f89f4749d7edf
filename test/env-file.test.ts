import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseEnvFile, readEnvFile } from '../lib/env-file.ts';

const isSetting = (name: string) => ['API_TOKENS', 'PORT', 'API_TITLE'].includes(name);
const parse = (text: string | Buffer) => parseEnvFile(Buffer.from(text as string), '.env', isSetting);

describe('a file of settings', () => {
  it.each([
    ['a byte order mark', '\ufeffPORT=1\nAPI_TITLE=a', { PORT: '1', API_TITLE: 'a' }],
    [
      'a mark in each of several joined files',
      '\ufeff\ufeffPORT=1\n\ufeffAPI_TITLE=a',
      { PORT: '1', API_TITLE: 'a' },
    ],
    ['Windows line ends', 'PORT=1\r\nAPI_TITLE=a\r\n', { PORT: '1', API_TITLE: 'a' }],
    ['line ends of old Macs', 'PORT=1\rAPI_TITLE=a\r', { PORT: '1', API_TITLE: 'a' }],
    ['export', 'export PORT=1\nexport\tAPI_TITLE=a', { PORT: '1', API_TITLE: 'a' }],
    ['spaces', '  PORT = 1 \nAPI_TITLE = Front doors ', { PORT: '1', API_TITLE: 'Front doors' }],
    ['comments', '# a comment\nPORT=1 # a port\n\n', { PORT: '1' }],
    ['quotes', 'PORT="1"\nAPI_TITLE=\'a # b\' # a title', { PORT: '1', API_TITLE: 'a # b' }],
    [
      'other programs’ keys of several lines',
      'KEY="a\nno setting\n"\nPORT=1',
      { KEY: 'a\nno setting\n', PORT: '1' },
    ],
    ['letters of all kinds', 'API_TITLE=Zoë’s ひと', { API_TITLE: 'Zoë’s ひと' }],
    ['nothing', '', {}],
  ])('may have %s', (_, text, values) => {
    expect(parse(text)).toEqual({ values, faults: [], warnings: [] });
  });

  it.each([
    ['UTF-16 as Windows writes it', Buffer.from('\ufeffPORT=1', 'utf16le'), /in UTF-16, .*as UTF-8/],
    ['UTF-16 of the other order', Buffer.from('\ufeffPORT=1', 'utf16le').swap16(), /in UTF-16, .*as UTF-8/],
    ['UTF-16 without a mark', Buffer.from('PORT=1', 'utf16le'), /UTF-16 or UTF-32.*as UTF-8/],
    ['Windows-1252', Buffer.from('API_TITLE=Zo\xeb', 'latin1'), /another encoding than UTF-8/],
  ])('is refused in %s', (_, bytes, fault) => {
    expect(parse(bytes)).toEqual({ values: {}, faults: [expect.stringMatching(fault)], warnings: [] });
  });

  it.each([
    [
      'a line that is none',
      'PORT=1\nhunter2 hunter2',
      /^\.env, line 2: it is not a comment, and not NAME=value/,
    ],
    ['a colon', 'API_TOKENS: hunter2', /line 1: .*not NAME=value/],
    ['a name of two words', 'API TOKENS=hunter2', /line 1: .*not NAME=value/],
    [
      'a quote without its end',
      'API_TOKENS="hunter2\nPORT=1',
      /line 1: the value of API_TOKENS begins with "/,
    ],
    ['more after a quote', 'API_TOKENS="hunter2"hunter2', /line 1: .*API_TOKENS goes on after the quote/],
    ['typographic quotes', 'API_TOKENS=“hunter2”', /line 1: .*API_TOKENS is in typographic quotes/],
    ['an odd space before the name', '\u00a0API_TOKENS=hunter2', /line 1: .*not NAME=value.*U\+00A0/],
    ['an odd space after the name', 'API_TOKENS\u00a0=hunter2', /line 1: .*not NAME=value.*U\+00A0/],
    ['an invisible character in the name', 'API_TOKENS\u200b=hunter2', /line 1: .*U\+200B/],
    ['a line break that is none', 'PORT=1\u0085API_TOKENS=hunter2', /line 1: the line of PORT.*U\+0085/],
    ['a vertical tab', 'PORT=1\vAPI_TOKENS=hunter2', /line 1: the line of PORT.*U\+000B/],
    [
      'a quote that swallows a setting',
      'API_TITLE="Doors\nAPI_TOKENS=hunter2\nLOG="info"',
      /line 1: .*API_TITLE begins with " and goes on in line 2, which is a setting/,
    ],
    [
      'another program’s quote that swallows a setting',
      'OTHER="x\n\n  export API_TOKENS=hunter2"',
      /line 1: .*OTHER begins with " and goes on in line 3, which is a setting/,
    ],
    [
      'a value of several lines',
      'API_TOKENS="hunter2\nhunter2"',
      /line 1: .*API_TOKENS begins with " and goes on in line 2\./,
    ],
    ['a number sign in a value', 'API_TOKENS=hunter2#hunter2', /line 1: .*API_TOKENS has a # in it/],
  ])('is refused with %s, which would be passed over, and no value is repeated', (_, text, fault) => {
    const { faults } = parse(text);
    expect(faults).toEqual([expect.stringMatching(fault)]);
    expect(faults.join()).not.toContain('hunter2');
  });

  it('is taken where lines of other programs’ say more than they should', () => {
    expect(parse('OTHER=a#b\nPORT=1').faults).toEqual([]);
  });

  it('warns of a setting that is there twice', () => {
    const { values, warnings } = parse('PORT=1\nPORT=2');
    expect(values).toEqual({ PORT: '2' });
    expect(warnings).toEqual(['.env, line 2: PORT is set again; this one counts.']);
  });

  it('may be absent, but not unreadable', () => {
    const folder = mkdtempSync(join(tmpdir(), 'env-file-'));
    expect(readEnvFile(join(folder, '.env'), isSetting)).toEqual({ values: {}, faults: [], warnings: [] });
    for (const name of ['.env.txt', '.env.example', 'other.env']) writeFileSync(join(folder, name), '');
    expect(readEnvFile(join(folder, '.env'), isSetting).warnings).toEqual([
      expect.stringMatching(/^The file \.env\.txt is not read/),
    ]);
    mkdirSync(join(folder, '.env'));
    expect(readEnvFile(join(folder, '.env'), isSetting).faults).toEqual([
      expect.stringMatching(/\.env can't be read by user .*EISDIR/),
    ]);
    rmSync(folder, { recursive: true });
  });
});
