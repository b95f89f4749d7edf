import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commentFaults, folderFaults, methodsWithoutThrows } from './comments.ts';

/** Folders, each without those below it, whose comments keep the rules. Add a folder once it is mended. */
const kept = [
  '.',
  'bench',
  'bench/accuracy',
  'bench/report',
  'bench/search',
  'bench/service',
  'bench/speed',
  'functions',
  'infra',
  'lib',
  'lib/blacklist',
  'lib/contract',
  'lib/contract/endpoints',
  'lib/events',
  'lib/faces',
  'lib/faces/engine',
  'lib/faces/engine/detect',
  'lib/faces/engine/embed',
  'lib/faces/engine/geometry',
  'lib/faces/engine/models',
  'lib/faces/engine/onnx',
  'lib/faces/engine/search',
  'lib/faces/rekognition',
  'lib/http',
  'lib/images',
  'lib/inbox',
  'lib/inputs',
  'lib/logging',
  'lib/metrics',
  'lib/names',
  'lib/processing',
  'lib/records',
  'lib/records/dynamodb',
  'lib/records/shared',
  'lib/records/sqlite',
  'lib/service',
  'lib/uploads',
  'lib/wiring',
  'local',
  'local/commands',
  'local/console',
  'local/console/src',
  'local/console/src/api',
  'local/console/src/model',
  'local/console/src/pages',
  'local/console/src/ui',
  'local/emulators',
  'local/emulators/rekognition',
  'local/models',
  'local/server',
  'test',
  'test/api',
  'test/bench',
  'test/blacklist',
  'test/console',
  'test/contract',
  'test/docs',
  'test/events',
  'test/faces',
  'test/faces/engine',
  'test/faces/engine/detect',
  'test/faces/engine/embed',
  'test/faces/engine/geometry',
  'test/faces/engine/models',
  'test/faces/engine/onnx',
  'test/faces/engine/search',
  'test/faces/rekognition',
  'test/fakes',
  'test/http',
  'test/images',
  'test/inbox',
  'test/infra',
  'test/inputs',
  'test/local/commands',
  'test/local/emulators',
  'test/local/emulators/rekognition',
  'test/local/models',
  'test/local/server',
  'test/logging',
  'test/metrics',
  'test/names',
  'test/processing',
  'test/records/dynamodb',
  'test/records/sqlite',
  'test/service',
  'test/set-up',
  'test/suites',
  'test/suites/api',
  'test/suites/faces',
  'test/suites/records',
  'test/uploads',
];

test.each(kept)('the comments in %s keep the rules', (folder) => {
  expect(existsSync(folder)).toBe(true);
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
