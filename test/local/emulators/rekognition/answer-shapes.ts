import * as rekognition from '@aws-sdk/client-rekognition';

/*
 * Checks answers against the service's own model, which the AWS SDK carries as schemas:
 * https://smithy.io/2.0/spec/model.html. A structure is `[3, namespace, name, traits, member names, members]`,
 * a list `[1, …, item]`, a map `[2, …, key, value]`, an operation `[9, …, input, output]`.
 */

type Schema = number | readonly unknown[] | (() => Schema);

const kinds = { list: 1, map: 2, structure: 3, operation: 9 } as const;
const simple: Readonly<Record<number, string>> = { 0: 'string', 1: 'number', 2: 'boolean' };
const listOf = 64;
const mapOf = 128;

/** Lists where an answer differs from the shape of the operation's output; nothing if it fits. */
export function shapeProblems(operation: string, answer: unknown): string[] {
  const schema = (rekognition as Readonly<Record<string, unknown>>)[`${operation}$`];
  if (!Array.isArray(schema) || schema[0] !== kinds.operation)
    return [`The model has no operation ${operation}.`];
  return problems(schema[5] as Schema, answer, operation);
}

function problems(schema: Schema, value: unknown, path: string): string[] {
  if (typeof schema === 'function') return problems(schema(), value, path);
  if (typeof schema === 'number') return simpleProblems(schema, value, path);
  // A member with traits of its own.
  if (typeof schema[0] !== 'number') return problems(schema[0] as Schema, value, path);
  switch (schema[0]) {
    case kinds.list:
      return listProblems(schema[4] as Schema, value, path);
    case kinds.map:
      return mapProblems(schema[5] as Schema, value, path);
    case kinds.structure:
      return structureProblems(schema, value, path);
    default:
      // A simple shape with traits: `[0, namespace, name, traits, schema]`.
      return problems(schema[4] as Schema, value, path);
  }
}

function simpleProblems(schema: number, value: unknown, path: string): string[] {
  if (schema >= mapOf) return mapProblems(schema - mapOf, value, path);
  if (schema >= listOf) return listProblems(schema - listOf, value, path);
  // Times are seconds in this protocol.
  const expected = schema >= 4 && schema <= 7 ? 'number' : simple[schema];
  if (expected === undefined) return [`${path}: a shape ${schema} is not known to this check`];
  const isIt = expected === 'number' ? Number.isFinite(value) : typeof value === expected;
  return isIt ? [] : [`${path}: ${String(value)} is no ${expected}`];
}

function listProblems(item: Schema, value: unknown, path: string): string[] {
  if (!Array.isArray(value)) return [`${path} is no list`];
  return value.flatMap((one, index) => problems(item, one, `${path}[${index}]`));
}

function mapProblems(item: Schema, value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [`${path} is no map`];
  return Object.entries(value).flatMap(([key, one]) => problems(item, one, `${path}.${key}`));
}

function structureProblems(schema: readonly unknown[], value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} is no structure`];
  const names = schema[4] as readonly string[];
  const members = schema[5] as readonly Schema[];
  return Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .flatMap(([name, one]) => {
      const place = names.indexOf(name);
      if (place === -1) return [`${path}.${name} is not in the model`];
      return problems(members[place] as Schema, one, `${path}.${name}`);
    });
}
