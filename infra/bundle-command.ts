/**
 * Command: bundles functions into a folder. The CDK bundles at a moment when it can't wait for esbuild's
 * plugins, so it runs this and waits for its end.
 * usage: node infra/bundle-command.ts FOLDER FUNCTION …
 */
import { build } from 'esbuild';
import { esbuildOptions } from './bundling.ts';

const [folder = '', ...names] = process.argv.slice(2);
await build(esbuildOptions(names, folder));
