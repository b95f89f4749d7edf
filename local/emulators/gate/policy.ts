import type { NeededPermission } from './call.ts';

/** Statement of a policy with all references resolved. */
export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** Policies of the functions' roles, by the functions' names. */
export type Roles = Readonly<Record<string, readonly Statement[]>>;

/**
 * Decides as IAM does for one identity: what no statement allows is refused, and an explicit denial counts
 * more. It knows the condition operators that this stack uses, and refuses the others.
 */
export function isAllowed(statements: readonly Statement[], needed: NeededPermission): boolean {
  const matching = statements.filter((statement) => applies(statement, needed));
  return (
    matching.some(({ Effect }) => Effect === 'Allow') && matching.every(({ Effect }) => Effect !== 'Deny')
  );
}

function applies({ Action, Resource, Condition = {} }: Statement, needed: NeededPermission): boolean {
  return (
    // Names of actions have no case.
    listOf(Action).some((action) => fits(action.toLowerCase(), needed.action.toLowerCase())) &&
    listOf(Resource).some((resource) => fits(resource, needed.resource)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, needed.facts[key], listOf(wanted))),
    )
  );
}

function holds(operator: string, values: readonly string[] | undefined, wanted: readonly string[]): boolean {
  const [, set, name = ''] = /^(?:(ForAllValues|ForAnyValue):)?(\w+)$/.exec(operator) ?? [];
  const compare = comparisons[name];
  if (!compare) throw new Error(`The authoriser does not know the condition operator ${operator}.`);
  const isWanted = (value: string) => wanted.some((one) => compare(one, value));
  // By IAM's rules a set operator for all values holds for a key that is absent.
  if (set === 'ForAllValues') return (values ?? []).every(isWanted);
  return (values ?? []).some(isWanted);
}

const comparisons: Readonly<Record<string, (wanted: string, value: string) => boolean>> = {
  StringEquals: (wanted, value) => wanted === value,
  StringLike: fits,
  ArnLike: fits,
  ArnEquals: fits,
};

/** Compares a text with a pattern of `*` and `?`. */
function fits(pattern: string, value: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 's').test(value);
}

function listOf<Value>(value: Value | readonly Value[]): readonly Value[] {
  return Array.isArray(value) ? value : [value as Value];
}
