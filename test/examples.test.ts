import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** An example in the comment of an interface, with the variable by which it calls the interface. */
interface Example {
  readonly file: string;
  readonly type: string;
  readonly receiver: string;
  readonly code: string;
}

/** Finds the examples that call a method of a variable, which has the interface's type. */
async function examplesIn(file: string): Promise<Example[]> {
  const source = await readFile(join(root, file), 'utf8');
  const comments = /@example\s([\s\S]*?)\*\/\s*export (?:interface|class) (\w+)( |<)/g;
  return [...source.matchAll(comments)].flatMap(([, text = '', type = '', next]) => {
    const code = text.replaceAll(/^\s*\* ?/gm, '').trim();
    const receiver = /(?:^|[^.\w])(\w+)\.\w+\(/.exec(code)?.[1];
    // Generic ones would need an argument.
    if (receiver === undefined || next === '<') return [];
    return [{ file, type, receiver, code }];
  });
}

/** Writes a module of an example: its other names, which it takes from its surroundings, may be anything. */
function moduleOf({ file, type, receiver, code }: Example): string {
  const lines = code.replaceAll(/\/\/.*$/gm, '').replaceAll(/'[^']*'/g, "''");
  const names = new Set([...lines.matchAll(/(?<![.\w])[a-z]\w*(?!\w*:)/g)].map(([name]) => name));
  const own = new Set(
    [...lines.matchAll(/\b(?:const|of) (?:\{([^}]*)\}|\[([^\]]*)\]|(\w+))/g)].flatMap(
      (found) => found.slice(1).join(' ').match(/\w+/g) ?? [],
    ),
  );
  const known =
    /^(?:const|let|await|async|for|of|if|new|return|throw|true|false|null|undefined|console|performance|[0-9].*)$/;
  const others = [...names].filter((name) => !own.has(name) && !known.test(name) && name !== receiver);
  return `import type { ${type} } from '${join(root, file)}';
declare const ${receiver}: ${type};
${others.map((name) => `declare const ${name}: any;`).join('\n')}
${code}
export {};
`;
}

test('the examples of ports are right: each method is there, and gets and gives what it says', async () => {
  const examples = (await Promise.all(globSync('lib/**/*.ts', { cwd: root }).map(examplesIn))).flat();
  expect(examples.length).toBeGreaterThan(12);
  // Beside the packages, so that the types of these are found.
  const folder = join(root, 'node_modules/.cache', `examples-${process.pid}`);
  await mkdir(folder, { recursive: true });
  try {
    for (const [index, example] of examples.entries())
      await writeFile(join(folder, `${index}-${example.type}.ts`), moduleOf(example));
    const extended = {
      extends: join(root, 'tsconfig.json'),
      include: ['*.ts'],
      compilerOptions: { noUnusedLocals: false },
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(extended));
    const tsc = join(root, 'node_modules/.bin/tsc');
    const { stdout } = await promisify(execFile)(tsc, ['-p', folder]).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  } finally {
    await rm(folder, { recursive: true });
  }
}, 60_000);
