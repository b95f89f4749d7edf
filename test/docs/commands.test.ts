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
  },
);
