import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Files and folders that a stage of the container's build copies from this repository. */
function copiedIn(stage: string): string[] {
  const stages = readFileSync(join(root, 'local/Dockerfile'), 'utf8').split(/^(?=FROM )/m);
  const text = stages.find((one) => one.split('\n', 1)[0]?.endsWith(` AS ${stage}`)) ?? '';
  const lines = [...text.matchAll(/^COPY (?!--from)(.+)$/gm)];
  return lines.flatMap(([, paths = '']) => paths.split(' ').slice(0, -1));
}

/** Files of this repository that programs load, by way of any other one. */
async function loadedBy(entryPoints: readonly string[]): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [...entryPoints],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    outdir: 'out',
    platform: 'node',
    format: 'esm',
    packages: 'external',
    loader: { '.css': 'empty' },
    logLevel: 'silent',
  });
  return Object.keys(metafile.inputs);
}

it.each([
  ['build', ['local/models/check.cjs', 'local/models/install.ts', 'local/console/src/main.tsx']],
  ['modules', ['local/slim-modules.ts']],
  ['service', ['local/server/main.ts', 'local/commands/sweep.ts', 'local/commands/watch.ts']],
])('the stage “%s” of the container copies all that its programs load', async (stage, programs) => {
  const copied = copiedIn(stage);
  const loaded = await loadedBy(programs);
  expect(loaded).toEqual(expect.arrayContaining([...programs]));
  const isCopied = (file: string) => copied.some((path) => file === path || file.startsWith(`${path}/`));
  expect(loaded.filter((file) => !isCopied(file))).toEqual([]);
});

/**
 * Versions 10 and older of npm know no `allowScripts`. They run the script of a package if the lock file says
 * that it has one. That of `onnxruntime-node` gets 300 MB for graphics cards, and removes the package where
 * it can't. `npm install` of another version of it notes the script again: remove that line.
 */
it('the installation runs no script of onnxruntime-node, with any version of npm', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const { allowScripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const runtime = packages['node_modules/onnxruntime-node'];
  expect(runtime).toMatchObject({ optional: true, integrity: expect.stringMatching(/^sha512-/) });
  expect(runtime.hasInstallScript).toBeUndefined();
  expect(allowScripts['onnxruntime-node']).toBe(false);
});
