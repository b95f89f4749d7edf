import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import type { BuildOptions } from 'esbuild';
import { ConfigError } from '../lib/config.ts';
import { api } from '../lib/contract/api.ts';
import { pureSchemas } from './pure-schemas.ts';

/** Settings for bundling functions, shared by the stack and by the benchmark that measures the bundles. */

const root = resolve(import.meta.dirname, '..');
const sources = join(root, 'functions');

/** Gives the path of a function's source: `getEntry` is `functions/get-entry.ts`. */
function sourceOf(functionName: string): string {
  return join(sources, `${kebabCase(functionName)}.ts`);
}

/** Names of all functions. */
const functionNames = readdirSync(sources).map((file) =>
  file.replace('.ts', '').replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
);

export function kebabCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Prefers the ES modules of a package to its CommonJS: esbuild can leave out more of them. */
const mainFields = ['module', 'main'];
/** CommonJS packages want a `require`, which an ES module does not have. */
const banner =
  "import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);";

/**
 * The SDK's sources of credentials on other machines, each of which it imports only when it gets there. A
 * function has its credentials in its environment, where the SDK looks first. The other sources would make up
 * a fifth of its bundle.
 */
const otherCredentials = [
  ...['http', 'ini', 'login', 'process', 'sso', 'web-identity'].map(
    (name) => `@aws-sdk/credential-provider-${name}`,
  ),
  '@smithy/credential-provider-imds',
];

/**
 * Modules that every bundle leaves out. `sharp` is native: functions that need it have it installed beside
 * the bundle.
 *
 * The AWS SDK is bundled although the runtime has one. It starts faster in one minified file with only the
 * commands in use, and its version is the one that was tested.
 */
const externalModules = ['sharp', ...otherCredentials];

/**
 * Packages that no function uses. DynamoDB's client caches endpoints in this one, but only if endpoint
 * discovery is switched on.
 */
const unused = ['mnemonist/lru-cache'];
const absent = resolve(import.meta.dirname, 'absent.cjs');
const alias = Object.fromEntries(unused.map((name) => [name, absent]));

/**
 * Conditions that choose among package.json's `imports`: functions get those for Lambda. Whoever sets
 * conditions has to repeat esbuild's own `module`.
 */
const conditions = ['lambda', 'module'];
/** Functions that tell of nobody have no use for the audit trail's table. */
const unaudited = new Set([
  'console',
  ...api.filter((contract) => contract.unaudited).map(({ operationId }) => operationId),
]);

/** Lists those of these functions that one call of esbuild can bundle. */
export function bundledTogether(names: readonly string[] = functionNames): readonly string[][] {
  const isUnaudited = (name: string) => unaudited.has(name);
  const groups = [names.filter(isUnaudited), names.filter((name) => !isUnaudited(name))];
  return groups.filter((group) => group.length > 0);
}

/**
 * Makes the options for functions that are bundled together, which takes a third of the time. Each is
 * `index.mjs` in a folder of its name.
 */
export function esbuildOptions(names: readonly string[], outdir: string): BuildOptions {
  return {
    entryPoints: Object.fromEntries(names.map((name) => [`${name}/index`, sourceOf(name)])),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minify: true,
    // Keeps letters as they are: escapes take three times as much.
    charset: 'utf8',
    mainFields,
    banner: { js: banner },
    legalComments: 'none',
    external: externalModules,
    alias,
    plugins: [pureSchemas],
    conditions: [...(names.every((name) => unaudited.has(name)) ? ['unaudited'] : []), ...conditions],
  };
}

/** Files that lie beside a bundle. */
export interface Companions {
  readonly sharp?: true;
  /** Files of the package `swagger-ui-dist`. */
  readonly swaggerFiles?: readonly string[];
  /** The built web console. */
  readonly consoleFiles?: true;
}

/** Bundles a function and puts its companions beside it, when the stack is synthesized. */
export function codeOf(functionName: string, companions: Companions): AssetCode {
  const tryBundle = (folder: string) => {
    cpSync(join(bundlesOf(functionName), functionName), folder, { recursive: true });
    putBeside(folder, companions);
    return true;
  };
  return Code.fromAsset(sources, {
    assetHashType: AssetHashType.OUTPUT,
    // The image never runs: CDK only wants one. The command tells one function's asset from another's.
    bundling: { local: { tryBundle }, image: DockerImage.fromRegistry('none'), command: [functionName] },
  });
}

const madeBundles = new Map<string, string>();

/** Bundles a function with all that can be bundled with it, once, and returns the folder. */
function bundlesOf(functionName: string): string {
  const made = madeBundles.get(functionName);
  if (made !== undefined) return made;
  const folder = temporaryFolder('bundles');
  const names = bundledTogether().find((group) => group.includes(functionName)) ?? [functionName];
  execFileSync(process.execPath, [join(import.meta.dirname, 'bundle-command.ts'), folder, ...names], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (const name of names) madeBundles.set(name, folder);
  return folder;
}

/** Makes a folder that goes when the process ends. */
function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `face-blacklist-${name}-`));
  process.on('exit', () => rmSync(folder, { recursive: true }));
  return folder;
}

function putBeside(folder: string, { sharp, swaggerFiles = [], consoleFiles }: Companions): void {
  if (sharp) cpSync(sharpForLambda(), join(folder, 'node_modules'), { recursive: true });
  for (const file of swaggerFiles) {
    const path = join('node_modules/swagger-ui-dist', file);
    cpSync(join(root, path), join(folder, path));
  }
  if (consoleFiles) cpSync(builtConsole(), join(folder, 'console'), { recursive: true });
}

/**
 * Finds the built console.
 * @throws ConfigError when nobody has built it
 */
function builtConsole(): string {
  const folder = join(root, 'local/console/dist');
  if (existsSync(join(folder, 'index.html'))) return folder;
  throw new ConfigError('-c console=true wants the built console: npm run console');
}

let installedSharp: string | undefined;

/**
 * Installs sharp into a `node_modules`, in the locked version and for Lambda's processors. It does so once
 * for all functions.
 */
function sharpForLambda(): string {
  if (installedSharp) return installedSharp;
  const folder = temporaryFolder('sharp');
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ dependencies: { sharp: dependencies.sharp } }),
  );
  cpSync(join(root, 'package-lock.json'), join(folder, 'package-lock.json'));
  const platform = ['--os=linux', '--cpu=arm64', '--libc=glibc'];
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', ...platform], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  installedSharp = join(folder, 'node_modules');
  return installedSharp;
}
