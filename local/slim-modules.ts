/**
 * Command for the container's build: removes from a `node_modules` folder what this service does not load in
 * Node on this platform.
 *
 * usage: node local/slim-modules.ts FOLDER
 */
import { cpSync, existsSync, globSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const { platform, arch } = process;

/** Linux without glibc, and ARM of 32 bits, have no build of ONNX Runtime: tfjs runs the networks there. */
const hasGlibc = 'glibcVersionRuntime' in (process.report.getReport() as { header: object }).header;
const hasOnnxRuntime = platform === 'linux' && hasGlibc && (arch === 'x64' || arch === 'arm64');

/**
 * Packages that also carry builds for browsers and other platforms, or models that are not used, with the
 * files of each to keep. A pattern that fits no file stops the build: a new version has moved what the
 * service needs.
 */
const keptFiles: Record<string, readonly string[]> = {
  ...(hasOnnxRuntime && { 'onnxruntime-node': ['dist/*.js', `bin/*/${platform}/${arch}/*`] }),
  '@tensorflow/tfjs-core': ['dist/tf-core.node.js'],
  '@tensorflow/tfjs-backend-wasm': ['dist/tf-backend-wasm.node.js', 'dist/tfjs-backend-wasm{,-simd}.wasm'],
  // Its operators are in the other's file.
  '@tensorflow/tfjs-backend-cpu': [],
  'swagger-ui-dist': ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'],
};

/** Files to keep of every package: its name and version, its licences, and packages inside its folder. */
const always = ['package.json', '*{LICENSE,LICENCE,NOTICE,Notice}*', 'node_modules/**'];

/** Source maps and TypeScript, which Node never loads from `node_modules`. */
const neverLoaded = '**/*.{map,ts,cts,mts}';

function slimPackage(folder: string, kept: readonly string[]): void {
  // Docker can't rename a folder that an earlier step of the build has made.
  const slim = `${folder}.slim`;
  for (const pattern of [...always, ...kept]) {
    const files = globSync(pattern, { cwd: folder });
    if (files.length === 0 && kept.includes(pattern)) throw new Error(`${folder} has no ${pattern}.`);
    for (const file of files) cpSync(join(folder, file), join(slim, file), { recursive: true });
  }
  rmSync(folder, { recursive: true });
  renameSync(slim, folder);
}

const modules = process.argv[2];
if (modules === undefined || !existsSync(modules)) throw new Error('usage: slim-modules.ts FOLDER');
if (!hasOnnxRuntime) rmSync(join(modules, 'onnxruntime-node'), { recursive: true, force: true });
for (const [name, kept] of Object.entries(keptFiles)) slimPackage(join(modules, name), kept);
for (const file of globSync(neverLoaded, { cwd: modules })) rmSync(join(modules, file));
