import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Endpoint } from '../contract/endpoint.ts';
import { type FieldProblem, RequestInvalidError } from '../errors.ts';
import { keptBody } from './kept-body.ts';
import { meantBy, shownName, unknownFieldWarnings, unknownNames } from './unknown-fields.ts';

/** Names of a body's fields, and those that its contract knows. */
export interface BodyNames {
  readonly given: readonly string[];
  readonly known: readonly string[];
  /** Names of fields that have one value; in JSON, another is refused before. */
  readonly single?: readonly string[];
}

const maxProblems = 10;

/**
 * Refuses what a strict endpoint does not know: fields, parameters, a parameter that was given twice, and a
 * body where none is taken.
 * @throws RequestInvalidError
 */
export function refuseUnknown(
  { strict, query, body, operationId }: Pick<Endpoint, 'strict' | 'query' | 'body' | 'operationId'>,
  event: APIGatewayProxyEvent,
  names: BodyNames | undefined,
): void {
  if (!strict) return;
  const known = Object.keys(query?.shape ?? {});
  const problems = [
    ...problemsOf('query', parameterNames(event), known),
    ...repeatedNames(event).map(([name, times]): FieldProblem => {
      return { loc: ['query', shownName(name)], msg: repeatedWords(times), type: 'value_error' };
    }),
    ...(names ? unknownFields(names) : []),
    ...(body === undefined && hasContent(event) ? [noBody(operationId)] : []),
  ];
  if (problems.length > 0) throw new RequestInvalidError(problems.slice(0, maxProblems));
}

/**
 * Returns a warning for each parameter that an endpoint does not know, or that was given twice. The clients
 * of the old service may send such, so that they are passed over, unless the endpoint is strict.
 */
export function parameterWarnings(
  { strict, query }: Pick<Endpoint, 'strict' | 'query'>,
  event: APIGatewayProxyEvent,
): string[] {
  if (strict) return [];
  const known = Object.keys(query?.shape ?? {});
  const repeated = repeatedNames(event).filter(([name]) => known.includes(name));
  return [
    ...unknownFieldWarnings(parameterNames(event), known, 'parameter'),
    ...repeated.map(([name, times]) => `The parameter '${name}' was given ${times} times: the last counts.`),
  ];
}

/** Parameter by which jQuery and others keep an answer out of caches; it means nothing. */
const cacheBuster = '_';

/**
 * Lists the names of the query's parameters, without those that mean nothing to an endpoint: a signature's,
 * which are the gateway's, and the one that only makes an address unlike the one before.
 */
export function parameterNames({ queryStringParameters }: APIGatewayProxyEvent): string[] {
  return Object.keys(queryStringParameters ?? {}).filter(
    (name) => name !== cacheBuster && !/^x-amz-/i.test(name),
  );
}

function repeatedNames(event: APIGatewayProxyEvent): [name: string, times: number][] {
  const { multiValueQueryStringParameters: all } = event;
  return parameterNames(event).flatMap((name): [string, number][] => {
    const times = all?.[name]?.length ?? 1;
    return times > 1 ? [[name, times]] : [];
  });
}

function repeatedWords(times: number): string {
  return `Parameter was given ${times} times: give it once`;
}

/** Lists the fields of a body that its contract does not know, as problems. */
export function unknownFields({ given, known }: BodyNames): FieldProblem[] {
  return problemsOf('body', given, known);
}

function problemsOf(part: 'query' | 'body', given: readonly string[], known: readonly string[]) {
  return unknownNames(given, known).map((name): FieldProblem => {
    const meant = meantBy(name, known);
    const what = part === 'query' ? 'parameter' : 'field';
    return {
      loc: [part, shownName(name)],
      msg: `Extra inputs are not permitted: there is no such ${what}${meant ? `; was ${meant} meant?` : ''}`,
      type: 'extra_forbidden',
    };
  });
}

function noBody(operationId: string): FieldProblem {
  const msg = `Extra inputs are not permitted: ${operationId} takes no body`;
  return { loc: ['body'], msg, type: 'extra_forbidden' };
}

/** Recognizes a body that says something. Some clients send an empty object with every request. */
function hasContent(event: APIGatewayProxyEvent): boolean {
  if (keptBody(event)) return true;
  const { body, isBase64Encoded } = event;
  const text = isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString() : (body ?? '');
  return !['', '{}', 'null', '""'].includes(text.replaceAll(/\s/g, ''));
}
