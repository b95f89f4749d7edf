import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commentFaults, folderFaults, methodsWithoutThrows } from './comments.ts';

/** Folders of this repository that hold sources, without those that tools make. */
const folders = [
  ...new Set(
    globSync('**/*.{ts,tsx}', {
      exclude: ['**/node_modules', '**/dist', 'cdk.out', 'coverage', 'data'],
    }).map((file) => dirname(file)),
  ),
].sort();

test('the folders are those of the sources', () => {
  expect(folders).toEqual(
    expect.arrayContaining(['.', 'functions', 'lib/blacklist', 'local/console/src/ui']),
  );
});

test.each(folders)('the comments in %s keep the rules', (folder) => {
  expect(folderFaults(folder)).toEqual([]);
});

describe('ports', () => {
  const ports = [...globSync('lib/**/port.ts'), 'lib/faces/engine/search/embedding-store.ts'];

  test('are found', () => {
    expect(ports).toContain('lib/faces/port.ts');
  });

  test.each(ports)('say of each method what it throws: %s', (port) => {
    expect(methodsWithoutThrows(readFileSync(port, 'utf8'))).toEqual([]);
  });

  test.each(ports)('show by an example how they are used: %s', (port) => {
    expect(readFileSync(port, 'utf8')).toContain(' * @example');
  });

  test('may not leave out @throws of a method; fields and functions have none', () => {
    const port = (comment: string) =>
      `export interface Port {\n  /** A field. */\n  a: string;\n${comment}  b<T>(\n    a: T,\n  ): void;\n}\nfunction c() {\n  d();\n}`;
    expect(methodsWithoutThrows(port(''))).toEqual(['line 4: b']);
    expect(methodsWithoutThrows(port('  /** Reads it. */\n'))).toEqual(['line 5: b']);
    expect(methodsWithoutThrows(port('  /** @throws Never */\n'))).toEqual([]);
    expect(methodsWithoutThrows(port('  /**\n   * Reads it.\n   * @throws ConfigError\n   */\n'))).toEqual(
      [],
    );
  });
});

describe('the rules for comments', () => {
  const words = (count: number) => Array(count).fill('word').join(' ');

  test.each(['What', 'Whether', 'Of', 'How', 'Where'])('take none that begins with %s', (first) => {
    const fault = [`line 2 begins with ${first}`];
    expect(commentFaults(`const a = 1;\n/** ${first} it is. */`)).toEqual(fault);
    expect(commentFaults(`const a = 1;\n/**\n * ${first} it is.\n */`)).toEqual(fault);
    expect(commentFaults(`const a = 1;\n  // ${first} it is.`)).toEqual(fault);
    expect(commentFaults(`/** Reads ${first.toLowerCase()} is there. */\nconst a = '${first}';`)).toEqual([]);
  });

  test('take sentences of 25 words, over several lines too, and code as one word', () => {
    expect(commentFaults(`// ${words(25)}. ${words(25)}.`.replaceAll('word', 'w'))).toEqual([]);
    expect(commentFaults(`// ${words(13)}\n// ${words(13)}.`)).toEqual(['line 1 has a sentence of 26 words']);
    expect(commentFaults(`// Short.\n\n// ${words(20).replaceAll('word', 'w')} \`${words(12)}\`.`)).toEqual(
      [],
    );
    expect(commentFaults(`/**\n * Short.\n * @param a ${words(12)}\n * @returns ${words(12)}\n */`)).toEqual(
      [],
    );
  });

  test('take lines of 110 characters, and longer ones for an address', () => {
    const line = (length: number) => `// ${'x'.repeat(length - 3)}`;
    expect(commentFaults(line(110))).toEqual([]);
    expect(commentFaults(line(111))).toEqual(['line 1 has a line of 111 characters']);
    expect(commentFaults(`// https://example.org/${'x'.repeat(100)}`)).toEqual([]);
  });
});
