import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { FaceBlacklistStack } from '../../infra/stack.ts';

/** Folder of this worker's stacks, which the next one overwrites: the CDK would leave one for each. */
const outdir = join('node_modules/.cache/stacks', process.env.VITEST_POOL_ID ?? '0');

const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: Record<string, unknown> };

/**
 * Makes the stack with the choices of `-c name=value`. It does not bundle the functions, which would take
 * long.
 */
export function makeStack(choices: Readonly<Record<string, string>> = {}): FaceBlacklistStack {
  const app = new App({
    outdir,
    analyticsReporting: false,
    stackTraces: false,
    context: { ...context, ...choices, 'aws:cdk:bundling-stacks': [] },
  });
  return new FaceBlacklistStack(app, 'FaceBlacklist');
}

const synthesized = new Map<string, Template>();

/** Gives the stack's template. A test file makes that of a set of choices once, because it takes a second. */
export function synthesize(choices: Readonly<Record<string, string>> = {}): Template {
  const key = JSON.stringify(Object.entries(choices).sort());
  const template = synthesized.get(key) ?? Template.fromStack(makeStack(choices));
  synthesized.set(key, template);
  return template;
}

/** Lists cdk-nag's findings on a stack, with one line for each resource and rule. */
export function findings(stack: Stack): string[] {
  const { violations } = new AwsSolutionsChecks().validateScope(stack.node.root);
  return violations.flatMap(({ ruleName, violatingResources = [] }) =>
    violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
  );
}
