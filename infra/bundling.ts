import { resolve } from 'node:path';
import { type BundlingOptions, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { BuildOptions } from 'esbuild';

/** How functions are bundled: said once, for the stack and for whoever measures the bundles. */

/** A function's source, by its name: `getEntry` is `functions/get-entry.ts`. */
export function sourceOf(functionName: string): string {
  return resolve(import.meta.dirname, '../functions', `${kebabCase(functionName)}.ts`);
}

export function kebabCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const target = 'node24';
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

/** What the log has for writing to files and from other threads, and for hiding what it is never given: a function's goes to its standard output. */
const unused = ['@pinojs/redact', 'sonic-boom', 'thread-stream'];
const absent = resolve(import.meta.dirname, 'absent.cjs');
const alias = Object.fromEntries(unused.map((name) => [name, absent]));

/** Which of package.json's `#adapters` and `#metrics` a function gets: those that import theirs as usual. esbuild's own `module` has to be said then. */
const conditions = ['lambda', 'module'];

/** For esbuild itself. */
export function esbuildOptions(functionName: string, outfile: string): BuildOptions {
  return {
    entryPoints: [sourceOf(functionName)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target,
    minify: true,
    mainFields,
    banner: { js: banner },
    legalComments: 'none',
    external: [...externalModules],
    alias,
    conditions,
  };
}

/** What lies beside a bundle. */
export interface Companions {
  readonly sharp?: true;
  /** Files of the package `swagger-ui-dist`. */
  readonly swaggerFiles?: readonly string[];
}

/** For the CDK, which runs the same esbuild. */
export function bundlingOptions({ sharp, swaggerFiles = [] }: Companions): BundlingOptions {
  return {
    format: OutputFormat.ESM,
    target,
    minify: true,
    mainFields: [...mainFields],
    banner,
    esbuildArgs: {
      '--legal-comments': 'none',
      '--conditions': conditions.join(),
      ...Object.fromEntries(unused.map((name) => [`--alias:${name}`, absent])),
    },
    externalModules: [...externalModules],
    ...(sharp && { nodeModules: ['sharp'], environment: lambdaPlatform }),
    commandHooks: {
      beforeBundling: () => [],
      beforeInstall: () => [],
      afterBundling: (inputDir, outputDir) => copySwaggerFiles(swaggerFiles, inputDir, outputDir),
    },
  };
}

/** What npm installs for, whatever it runs on. */
const lambdaPlatform = { npm_config_cpu: 'arm64', npm_config_os: 'linux', npm_config_libc: 'glibc' };

function copySwaggerFiles(files: readonly string[], inputDir: string, outputDir: string): string[] {
  if (files.length === 0) return [];
  const folder = 'node_modules/swagger-ui-dist';
  return [
    `mkdir -p "${outputDir}/${folder}"`,
    ...files.map((file) => `cp "${inputDir}/${folder}/${file}" "${outputDir}/${folder}/"`),
  ];
}
