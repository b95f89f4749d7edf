import { readFileSync } from 'node:fs';
import type { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { synthesize } from './synthesize.ts';
import { listOf, resourcesOf } from './template.ts';

/** List prices in us-east-1, in US$ a month. */
const prices = { alarmedMetric: 0.1, compositeAlarm: 0.5, key: 1, webAcl: 5, webAclRule: 1 };

/** Computes what a stack costs by the month before anybody calls it. */
function standingCost(template: Template): number {
  const alarmedMetrics = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(({ properties }) =>
    properties.Metrics === undefined
      ? 1
      : listOf(properties.Metrics).filter((metric) => 'MetricStat' in (metric as object)).length,
  );
  const webAcls = resourcesOf(template, 'AWS::WAFv2::WebACL');
  const rules = webAcls.flatMap(({ properties }) => listOf(properties.Rules));
  return (
    prices.alarmedMetric * alarmedMetrics.reduce((sum, count) => sum + count, 0) +
    prices.compositeAlarm * resourcesOf(template, 'AWS::CloudWatch::CompositeAlarm').length +
    prices.key * resourcesOf(template, 'AWS::KMS::Key').length +
    prices.webAcl * webAcls.length +
    prices.webAclRule * rules.length
  );
}

test.each([
  ['the stack', {}],
  ['`-c alerts`', { alerts: 'mail@example.com' }],
  ['`-c kms=true`', { kms: 'true' }],
  ['`-c waf=true`', { waf: 'true' }],
  ['`-c auth=cognito -c console=true`', { auth: 'cognito', console: 'true' }],
])('docs/aws.md tells what costs by the month: %s', (name, choices) => {
  const base = name === 'the stack' ? 0 : standingCost(synthesize());
  const cost = (standingCost(synthesize(choices)) - base).toFixed(2);
  expect(readFileSync('docs/aws.md', 'utf8')).toContain(`| ${name} | ${cost} |`);
});
