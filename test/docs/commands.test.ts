import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startServerProcess, temporaryFolder } from '../api/server-process.ts';

/** Recognizes blocks that talk to a running server. Others install, deploy or need an account. */
const isForServer = (block: string) =>
  /^(SAMPLES=|curl|printf|FORM=)/m.test(block) && !/docker|aws|AWS|npm /.test(block);

/** Commands of a page, and the answer that it shows after them. */
interface Block {
  readonly commands: string;
  readonly shown: string | undefined;
}

async function blocksOf(page: string): Promise<Block[]> {
  const text = await readFile(page, 'utf8');
  const blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].map(([, kind, block = '']) => ({
    kind,
    block,
  }));
  return blocks
    .map(({ kind, block }, index) => {
      const next = blocks[index + 1];
      return { kind, commands: block, shown: next?.kind === 'json' ? next.block : undefined };
    })
    .filter(({ kind, commands }) => kind === 'sh' && isForServer(commands));
}

/** Lists the fields at the top of an answer, or of the first item of a list. */
const fieldsOf = (answer: unknown): string[] =>
  Object.keys(Array.isArray(answer) ? answer[0] : (answer as object)).sort();

/** Lists the fields that a page shows so, and tells if it leaves some out there, which `…` says. */
function shownFields(shown: string): { fields: string[]; isShortened: boolean } {
  const fields = fieldsOf(JSON.parse(shown.replaceAll(/,?\s*…/g, '')));
  const top = shown.startsWith('[') ? 2 : 1;
  let depth = 0;
  let isShortened = false;
  for (const [sign] of shown.replaceAll(/"[^"]*"/g, '').matchAll(/[[\]{}…]/g)) {
    if (sign === '…') isShortened ||= depth === top;
    else depth += '[{'.includes(sign) ? 1 : -1;
  }
  return { fields, isShortened };
}

/** Figures that the page's answers show, as they were rounded. */
function figuresOf(text: string): [name: string, value: number][] {
  const answers = [...text.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, block = '']) => block).join('\n');
  return [...answers.matchAll(/"(distance|similarity|threshold|near_threshold)": ([\d.]+)/g)].map(
    ([, name = '', value]) => [name, Number(value)],
  );
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
    const parted = blocks.flatMap(({ commands }) => [commands, "printf '\\036'"]);
    const script = ['set -euo pipefail', 'curl() { command curl --fail-with-body -sS "$@"; }', ...parted]
      .join('\n')
      .replaceAll('http://127.0.0.1:8000', server.url);
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { maxBuffer: 64 * 1024 * 1024 });
    expect(stdout).toContain('"name":"Jane Roe"');
    expect(stdout).toContain('"has_blacklist_match":true');
    const answers = stdout.split('\u001e');
    for (const [index, { shown }] of blocks.entries()) {
      if (shown === undefined) continue;
      const fields = fieldsOf(JSON.parse(answers[index] ?? ''));
      const { fields: told, isShortened } = shownFields(shown);
      expect(isShortened ? fields.filter((field) => told.includes(field)) : fields).toEqual(told);
    }
    for (const [figure, shown] of figuresOf(await readFile(page, 'utf8'))) {
      expect([figure, answersOf(stdout, figure)]).toEqual([figure, expect.arrayContaining([shown])]);
    }
  },
);
