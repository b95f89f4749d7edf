import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import packageFile from '../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '..');

/** Files that the aliases of package.json stand for, whichever host chooses. */
const aliases: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(packageFile.imports).map(([name, choices]) => [
    name,
    Object.values(choices).map((file) => join(file)),
  ]),
);

type Import = readonly [from: string, to: string];

/** Lists the imports of a folder's files, including those of types, as paths from the root. */
function importsIn(folder: string): Import[] {
  const files = globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root }).filter((file) => !file.endsWith('.d.ts'));
  return files.flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8');
    const names = [...source.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) => name);
    return names.flatMap((name): Import[] => {
      const files = aliases.get(name);
      if (files) return files.map((to) => [file, to]);
      return name.startsWith('.') ? [[file, relative(root, resolve(root, dirname(file), name))]] : [];
    });
  });
}

const rooms = ['lib', 'local', 'functions', 'infra', 'bench'] as const;
const imports = rooms.flatMap(importsIn);

/**
 * Finds the circles among the files and folders that lie side by side in a folder, each as its members by
 * name.
 */
function circlesAmong(imports: readonly Import[]): string[] {
  const followers = new Map<string, Set<string>>();
  for (const [from, to] of imports) {
    const [one, other] = [from.split('/'), to.split('/')];
    const parting = one.findIndex((part, index) => part !== other[index]);
    if (parting <= 0) continue;
    const [left, right] = [one, other].map((parts) => parts.slice(0, parting + 1).join('/')) as [
      string,
      string,
    ];
    followers.set(left, (followers.get(left) ?? new Set()).add(right));
  }
  const reachable = new Map([...followers.keys()].map((node) => [node, reachableFrom(node, followers)]));
  const circles = [...reachable].flatMap(([node, reached]) => {
    if (!reached.has(node)) return [];
    return [...reached]
      .filter((other) => reachable.get(other)?.has(node))
      .sort()
      .join(' ');
  });
  return [...new Set(circles)].sort();
}

function reachableFrom(start: string, followers: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const reached = new Set<string>();
  const left = [...(followers.get(start) ?? [])];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (reached.has(node)) continue;
    reached.add(node);
    left.push(...(followers.get(node) ?? []));
  }
  return reached;
}

describe('circles of imports', () => {
  test('are found between files and between folders', () => {
    expect(
      circlesAmong([
        ['lib/a/one.ts', 'lib/b/two.ts'],
        ['lib/b/deep/three.ts', 'lib/a/four.ts'],
        ['lib/c/five.ts', 'lib/c/six.ts'],
        ['lib/c/six.ts', 'lib/c/seven.ts'],
        ['lib/c/seven.ts', 'lib/c/five.ts'],
        ['lib/c/five.ts', 'lib/a/one.ts'],
      ]),
    ).toEqual(['lib/a lib/b', 'lib/c/five.ts lib/c/seven.ts lib/c/six.ts']);
  });

  test('are looked for behind every alias', () => {
    const used = imports.flatMap(([, to]) => to);
    for (const files of aliases.values()) {
      for (const file of files) expect(used.filter((to) => to === file).length).toBeGreaterThan(0);
    }
    expect([...aliases.keys()]).toEqual(
      expect.arrayContaining(['#adapters', '#audit', '#logger', '#metrics']),
    );
  });

  test.each(rooms)('are not in %s', (room) => {
    const own = imports.filter(([from]) => from.startsWith(`${room}/`));
    expect(own.length).toBeGreaterThan(20);
    expect(circlesAmong(own)).toEqual([]);
  });

  test('lead from the stack to no function, and from what is deployed to no other room', () => {
    const roomOf = (file: string) => file.split('/')[0] ?? '';
    const crossing = imports.map(([from, to]) => `${roomOf(from)} → ${roomOf(to)}`);
    expect(crossing).not.toContain('infra → functions');
    expect(crossing.filter((one) => /^(lib|functions) → (local|infra|bench)/.test(one))).toEqual([]);
    expect(crossing.filter((one) => one === 'lib → functions')).toEqual([]);
  });

  test('are not between the rooms', () => {
    expect(circlesAmong(imports)).toEqual([]);
  });
});

/** Files of `local/` that know a store, and not its port alone. */
const knowingStores = [
  // They stand in for AWS: they make the deployed table, and read its stream by the deployed filters.
  'local/emulators/dynamodb-table.ts',
  'local/emulators/table-stream.ts',
  // The emulated Rekognition keeps a SQLite database of its own.
  'local/emulators/rekognition/database.ts',
  'local/emulators/rekognition/store.ts',
  'local/emulators/rekognition/user-store.ts',
  // The old service left a SQLite database.
  'local/import/old-database.ts',
  // Only a DynamoDB table has a stream, whose dead letters they bring back.
  'local/commands/redrive.ts',
  'local/redrive/match-letter.ts',
];

test('hosts import no record store: lib/wiring opens what they need behind a port', () => {
  const isStore = (file: string) => /^lib\/records\/(sqlite|dynamodb)\//.test(file);
  const knowing = imports.filter(([from, to]) => from.startsWith('local/') && isStore(to));
  expect([...new Set(knowing.map(([from]) => from))].sort()).toEqual([...knowingStores].sort());
});
