import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { api } from '../../lib/contract/api.ts';
import type { Endpoint } from '../../lib/contract/endpoint.ts';
import * as cameras from '../../lib/contract/endpoints/cameras.ts';

const root = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'];
const pages = [
  ...root,
  ...(await readdir('docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
];
const texts = new Map(
  await Promise.all(pages.map(async (page) => [page, await readFile(page, 'utf8')] as const)),
);

/** Makes a heading's anchor as GitHub does. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

/** Removes code and tables, which are no sentences. */
function proseOf(text: string): string {
  return text
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/^\|.*$/gm, '')
    .replace(/`[^`]*`/g, 'x')
    .replace(/\]\([^)]*\)/g, ']');
}

test('docs/api.md lists every endpoint', () => {
  // The table leaves out what two paths have in common.
  const page = (texts.get('docs/api.md') ?? '').replaceAll('`…/', '`/processed-images/');
  const contracts = [...api, ...Object.values(cameras).filter((value) => 'operationId' in value)];
  expect(contracts.length).toBeGreaterThan(40);
  const missing = contracts.flatMap((contract) => {
    const { path } = contract as Endpoint;
    // A file of the page `/docs`.
    if (path === '/docs/{asset}') return [];
    const shown = path.replace(/^\/api\/v1/, '').replace(/\/$/, '');
    return new RegExp(`[\`A-Z1 ]${RegExp.escape(shown)}[/\`?]`).test(page) ? [] : [path];
  });
  expect(missing).toEqual([]);
});

test('docs/architecture.md names files and folders that are there', () => {
  const page = texts.get('docs/architecture.md') ?? '';
  const named = [...page.matchAll(/`((?:lib|local|functions|infra|test|bench)\/[\w./-]*)`/g)].map(
    ([, path = '']) => path,
  );
  expect(named.length).toBeGreaterThan(60);
  expect(named.filter((path) => !existsSync(path))).toEqual([]);
});

test('docs/architecture.md names every room', async () => {
  const page = texts.get('docs/architecture.md') ?? '';
  const rows = page.slice(page.indexOf('## The rooms'), page.indexOf('In the engine,'));
  for (const parent of ['lib', 'local']) {
    const entries = await readdir(parent, { withFileTypes: true });
    const rooms = entries.filter((entry) => entry.isDirectory()).map(({ name }) => `\`${parent}/${name}/\``);
    expect(rooms.filter((room) => !rows.includes(room))).toEqual([]);
  }
});

test('the README has at most 10 KB', async () => {
  expect((await stat('README.md')).size).toBeLessThanOrEqual(10 * 1024);
});

describe.each([...texts])('%s', (page, text) => {
  test('links to what is there', async () => {
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      await expect(stat(file), target).resolves.toBeDefined();
      if (anchor !== undefined) expect(anchorsOf(texts.get(file) ?? ''), target).toContain(anchor);
    }
  });

  test('has no sentence of more than 30 words', () => {
    const sentences = proseOf(text).split(/(?<=[.:;!?])\s+|\n\s*\n|\n\s*[-*\d]+\.? /);
    const long = sentences.filter((sentence) => sentence.split(/\s+/).length > 30);
    expect(long).toEqual([]);
  });
});
