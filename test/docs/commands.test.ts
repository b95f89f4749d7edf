import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startServerProcess, temporaryFolder } from '../api/server-process.ts';

/** Recognizes blocks that talk to a running server. Others install, deploy or need an account. */
const isForServer = (block: string) =>
  /^(SAMPLES=|curl|printf|FORM=)/m.test(block) && !/docker|aws|AWS|npm /.test(block);

async function blocksOf(page: string): Promise<string[]> {
  const text = await readFile(page, 'utf8');
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = '']) => block).filter(isForServer);
}

/** Figures that the page's answers show, as they were rounded. */
function figuresOf(text: string): [name: string, value: number][] {
  const answers = [...text.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, block = '']) => block).join('\n');
  return [...answers.matchAll(/"(distance|similarity|threshold)": ([\d.]+)/g)].map(([, name = '', value]) => [
    name,
    Number(value),
  ]);
}

/** Values of a field in what the commands printed, rounded as the pages round them. */
function answersOf(printed: string, figure: string): number[] {
  const digits = figure === 'similarity' ? 1 : 3;
  return [...printed.matchAll(new RegExp(`"${figure}":([\\d.]+)`, 'g'))].map(([, value]) =>
    Number(Number(value).toFixed(digits)),
  );
}

test.each(['README.md', 'docs/api.md'])(
  'the commands of %s do what they say, as they stand',
  async (page) => {
    await using folder = await temporaryFolder();
    await using server = await startServerProcess(folder.path);
    const blocks = await blocksOf(page);
    expect(blocks.length).toBeGreaterThan(1);
    const script = ['set -euo pipefail', 'curl() { command curl --fail-with-body -sS "$@"; }', ...blocks]
      .join('\n')
      .replaceAll('http://127.0.0.1:8000', server.url);
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { maxBuffer: 64 * 1024 * 1024 });
    expect(stdout).toContain('"name":"Jane Roe"');
    expect(stdout).toContain('"has_blacklist_match":true');
    for (const [figure, shown] of figuresOf(await readFile(page, 'utf8'))) {
      expect([figure, answersOf(stdout, figure)]).toEqual([figure, expect.arrayContaining([shown])]);
    }
  },
);
