import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

const aliases: Readonly<Record<string, string>> = {
  '#adapters': 'lib/wiring/adapters.ts',
  '#metrics': 'lib/metrics/in-process.ts',
};

type Import = readonly [from: string, to: string];

/** Lists the imports of a folder's files, including those of types, as paths from the root. */
function importsIn(folder: string): Import[] {
  const files = globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root }).filter((file) => !file.endsWith('.d.ts'));
  return files.flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8');
    const names = [...source.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) => name);
    return names.flatMap((name): Import[] => {
      if (name in aliases) return [[file, aliases[name] ?? '']];
      return name.startsWith('.') ? [[file, relative(root, resolve(root, dirname(file), name))]] : [];
    });
  });
}

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

  test('are not in lib', () => {
    const imports = importsIn('lib');
    expect(imports.length).toBeGreaterThan(100);
    expect(circlesAmong(imports)).toEqual([]);
  });
});
