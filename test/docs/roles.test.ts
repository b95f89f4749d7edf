import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { api } from '../../lib/contract/api.ts';
import { operationsOf, resourcePath } from '../../lib/contract/endpoint.ts';
import { roles } from '../../lib/contract/role.ts';

test('docs/aws.md has the ARN of each operation, by the role of its contract', () => {
  const rows = readFileSync('docs/aws.md', 'utf8').match(/^\| `\w+` \| `[A-Z]+\/.*$/gm) ?? [];
  const wanted = api.flatMap(operationsOf).map(({ role, method, path }) => {
    return `| \`${role}\` | \`${method}${resourcePath(path).replaceAll(/\{\w+\}/g, '*')}\` |`;
  });
  expect([...rows].sort()).toEqual([...wanted].sort());
});

test('docs/api.md explains each role', () => {
  const explained = readFileSync('docs/api.md', 'utf8').match(
    /(?<=^\| `)(metrics|check|desk|editor|admin)(?=` \|)/gm,
  );
  expect(explained).toEqual([...roles]);
});
