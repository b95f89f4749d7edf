import type * as z from 'zod';
import { type FieldProblem, RequestInvalidError } from '../errors.ts';

/** Part of the request that a value came from: the first item of a problem's `loc`. */
export type RequestPart = 'path' | 'query' | 'body';

/** Limit on the problems in one answer; whoever has more solves these first. */
const maxProblems = 100;

/**
 * Checks a part of a request against its shape.
 * @param others problems of the part that were found before
 * @throws RequestInvalidError with one problem, in FastAPI's format, for each value that does not fit; it
 *   repeats no value
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  part: RequestPart,
  others: readonly FieldProblem[] = [],
): z.output<Schema> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success && others.length === 0) return result.data;
  const issues = result.error?.issues.flatMap(oneForEachKey) ?? [];
  const problems = [...issues.map((issue) => fieldProblem(issue, part)), ...others];
  throw new RequestInvalidError(problems.slice(0, maxProblems));
}

/** Limit on a key in a problem's `loc`, in UTF-16 units: the client chooses its keys. */
const maxKeyLength = 100;

/** Splits the problem of an object's unknown keys into one for each key, as pydantic does. */
function oneForEachKey(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'unrecognized_keys') return [issue];
  return issue.keys.map((key) => ({ ...issue, path: [...issue.path, key.slice(0, maxKeyLength)] }));
}

/** Translates a zod issue to pydantic 2's format: clients of the old service may read `type` and `loc`. */
export function fieldProblem(issue: z.core.$ZodIssue, part: RequestPart): FieldProblem {
  return { loc: [part, ...issue.path.map(plainKey)], ...describe(issue) };
}

function plainKey(key: PropertyKey): string | number {
  return typeof key === 'number' ? key : String(key);
}

type Description = Pick<FieldProblem, 'msg' | 'type'>;

const wrongType: Record<string, Description> = {
  string: { type: 'string_type', msg: 'Input should be a valid string' },
  array: { type: 'list_type', msg: 'Input should be a valid list' },
  boolean: { type: 'bool_type', msg: 'Input should be a valid boolean' },
  object: {
    type: 'model_attributes_type',
    msg: 'Input should be a valid dictionary or object to extract fields from',
  },
};

function describe(issue: z.core.$ZodIssue): Description {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? { type: 'missing', msg: 'Field required' }
        : (wrongType[issue.expected] ?? describeWrongNumber(issue));
    case 'invalid_value':
      return { type: 'enum', msg: `Input should be ${alternatives(issue.values)}` };
    case 'too_small':
      return describeTooSmall(issue);
    case 'too_big':
      return describeTooBig(issue);
    case 'invalid_format':
      if (issue.format === 'datetime') return describeCustom('datetime_parsing');
      if (issue.format !== 'regex') break;
      return {
        type: 'string_pattern_mismatch',
        msg: `String should match pattern '${String(issue.pattern).slice(1, -1)}'`,
      };
    case 'unrecognized_keys':
      return {
        type: 'extra_forbidden',
        msg: 'Extra inputs are not permitted: there is no such field to set',
      };
    case 'custom':
      if (issue.params?.type === 'wrong_length') return describeLength(issue.params);
      return describeCustom(String(issue.params?.type));
  }
  return { type: 'value_error', msg: 'Input is not valid' };
}

const customMessages: Record<string, string> = {
  string_unicode: 'Input should be a valid string, unable to parse it as Unicode',
  string_damaged:
    'Input should be a valid string, but has replacement characters (U+FFFD), which stand for lost ones: send it as UTF-8',
  bool_parsing: 'Input should be a valid boolean, unable to interpret input',
  datetime_parsing: 'Input should be a valid datetime with an offset, such as 2026-05-04T09:30:00Z',
};

function describeCustom(type: string): Description {
  const msg = customMessages[type];
  return msg === undefined ? { type: 'value_error', msg: 'Input is not valid' } : { type, msg };
}

function describeLength({ wanted, given }: Record<string, unknown>): Description {
  const msg = `List should have ${count(Number(wanted), 'item')}, one for each picture, not ${Number(given)}`;
  return { type: Number(given) > Number(wanted) ? 'too_long' : 'too_short', msg };
}

function describeWrongNumber(issue: z.core.$ZodIssueInvalidType): Description {
  const [kind, noun] = issue.expected === 'int' ? ['int', 'integer'] : ['float', 'number'];
  if (typeof issue.input === 'string') {
    return {
      type: `${kind}_parsing`,
      msg: `Input should be a valid ${noun}, unable to parse string as ${noun === 'integer' ? 'an integer' : 'a number'}`,
    };
  }
  return issue.input === Number.POSITIVE_INFINITY
    ? { type: 'finite_number', msg: 'Input should be a finite number' }
    : { type: `${kind}_type`, msg: `Input should be a valid ${noun}` };
}

function describeTooSmall(issue: z.core.$ZodIssueTooSmall): Description {
  const minimum = Number(issue.minimum);
  if (issue.origin === 'string') {
    return { type: 'string_too_short', msg: `String should have at least ${count(minimum, 'character')}` };
  }
  return { type: 'greater_than_equal', msg: `Input should be greater than or equal to ${minimum}` };
}

function describeTooBig(issue: z.core.$ZodIssueTooBig): Description {
  const maximum = Number(issue.maximum);
  if (issue.origin === 'string') {
    return { type: 'string_too_long', msg: `String should have at most ${count(maximum, 'character')}` };
  }
  return issue.origin === 'array'
    ? tooManyItems(maximum)
    : { type: 'less_than_equal', msg: `Input should be less than or equal to ${maximum}` };
}

/** Describes a list that is too long. */
export function tooManyItems(maximum: number): Description {
  return { type: 'too_long', msg: `List should have at most ${count(maximum, 'item')} after validation` };
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

/** Writes values as `'a', 'b' or 'c'`. */
function alternatives(values: readonly z.core.util.Primitive[]): string {
  const quoted = values.map((value) => `'${String(value)}'`);
  const last = quoted.pop();
  return quoted.length === 0 ? String(last) : `${quoted.join(', ')} or ${last}`;
}
