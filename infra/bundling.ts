import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync } from 'esbuild';
import { api } from '../lib/contract/api.ts';

/** How functions are bundled: said once, for the stack and for whoever measures the bundles. */

const root = resolve(import.meta.dirname, '..');
const sources = join(root, 'functions');

/** A function's source, by its name: `getEntry` is `functions/get-entry.ts`. */
function sourceOf(functionName: string): string {
  return join(sources, `${kebabCase(functionName)}.ts`);
}

export function kebabCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Packages as ES modules where they have them: esbuild leaves out more of those. */
const mainFields = ['module', 'main'];
/** CommonJS packages want a `require`, which an ES module does not have. */
const banner =
  "import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);";

/**
 * Where the SDK looks for credentials on other machines: it imports each when it comes to it. A function has its credentials in its
 * environment, where the SDK looks first, and these would make up a fifth of its bundle.
 */
const otherCredentials = [
  ...['http', 'ini', 'login', 'process', 'sso', 'web-identity'].map(
    (name) => `@aws-sdk/credential-provider-${name}`,
  ),
  '@smithy/credential-provider-imds',
];

/**
 * What is left out of every bundle. `sharp` is native: where it is needed it is installed beside the bundle. The AWS SDK is bundled
 * although the runtime has one: in one minified file, with the used commands only, it starts faster, and its version is the one that was
 * tested.
 */
const externalModules = ['sharp', ...otherCredentials];

/** Packages that no function uses: DynamoDB's client keeps endpoints in it that it looks for only where it is told to. */
const unused = ['mnemonist/lru-cache'];
const absent = resolve(import.meta.dirname, 'absent.cjs');
const alias = Object.fromEntries(unused.map((name) => [name, absent]));

/** Which of package.json's `imports` a function gets: those that import theirs as usual. esbuild's own `module` has to be said then. */
const conditions = ['lambda', 'module'];
/** Functions that tell of nobody have no use for the audit trail's table. */
const unaudited = new Set(api.filter((contract) => contract.unaudited).map(({ operationId }) => operationId));

export function esbuildOptions(functionName: string, outfile: string): BuildOptions {
  return {
    entryPoints: [sourceOf(functionName)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minify: true,
    // Letters as they are: escapes take three times as much.
    charset: 'utf8',
    mainFields,
    banner: { js: banner },
    legalComments: 'none',
    external: externalModules,
    alias,
    conditions: [...(unaudited.has(functionName) ? ['unaudited'] : []), ...conditions],
  };
}

/** What lies beside a bundle. */
export interface Companions {
  readonly sharp?: true;
  /** Files of the package `swagger-ui-dist`. */
  readonly swaggerFiles?: readonly string[];
}

/** A function's bundle with what lies beside it, made when the stack is synthesized. */
export function codeOf(functionName: string, companions: Companions): AssetCode {
  const tryBundle = (folder: string) => {
    buildSync(esbuildOptions(functionName, join(folder, 'index.mjs')));
    putBeside(folder, companions);
    return true;
  };
  return Code.fromAsset(sources, {
    assetHashType: AssetHashType.OUTPUT,
    // Never run in a container: the command only tells one function's asset from another's.
    bundling: { local: { tryBundle }, image: DockerImage.fromRegistry('none'), command: [functionName] },
  });
}

function putBeside(folder: string, { sharp, swaggerFiles = [] }: Companions): void {
  if (sharp) cpSync(sharpForLambda(), join(folder, 'node_modules'), { recursive: true });
  for (const file of swaggerFiles) {
    const path = join('node_modules/swagger-ui-dist', file);
    cpSync(join(root, path), join(folder, path));
  }
}

let installedSharp: string | undefined;

/** A `node_modules` with sharp, of the locked version, as it is on Lambda's processors: installed once for all functions. */
function sharpForLambda(): string {
  if (installedSharp) return installedSharp;
  const folder = mkdtempSync(join(tmpdir(), 'face-blacklist-sharp-'));
  process.on('exit', () => rmSync(folder, { recursive: true }));
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
