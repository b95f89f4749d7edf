import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { marshall, type NativeAttributeValue } from '@aws-sdk/util-dynamodb';
import type { Item, Key } from './keys.ts';

type Values = Readonly<Record<string, NativeAttributeValue>>;

/** What must hold for an action, in DynamoDB's language: `#name` stands for the attribute of that name, `:name` for that of `values`. */
export interface Condition {
  readonly condition?: string;
  readonly values?: Values;
}

/** A part of a transaction. */
export type Action =
  | ({ readonly put: Item } & Condition)
  | ({ readonly update: Key; readonly change: string } & Condition)
  | ({ readonly remove: Key } & Condition)
  | ({ readonly check: Key; readonly condition: string } & Condition);

/** What became of a transaction: all of it was done, or nothing. With neither, it met another one: try again. */
export interface Outcome {
  readonly done: boolean;
  /** The places of the actions whose conditions failed, each with the item that was there. */
  readonly refused: ReadonlyMap<number, Item | undefined>;
}

/** That there is nothing yet where the item goes. */
export const isNew: Condition = { condition: 'attribute_not_exists(#pk)' };

/** The action as the SDK takes it. One whose condition fails comes back with the item that is there. */
export function forTable(TableName: string, action: Action): TransactWriteItem {
  const { condition: ConditionExpression, values } = action;
  const common = { TableName, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
  if ('update' in action) {
    const expressions = expression({ UpdateExpression: action.change, ConditionExpression }, values);
    return { Update: { ...common, Key: marshall(action.update), ...expressions } };
  }
  if ('check' in action) {
    const expressions = expression({ ConditionExpression: action.condition }, values);
    return { ConditionCheck: { ...common, Key: marshall(action.check), ...expressions } };
  }
  const expressions = expression({ ConditionExpression }, values);
  if ('put' in action) return { Put: { ...common, Item: marshall(action.put), ...expressions } };
  return { Delete: { ...common, Key: marshall(action.remove), ...expressions } };
}

/** The expressions with the names and values that stand in them: every name is given, for many of ours are words of DynamoDB's own. */
export function expression<T extends Readonly<Record<string, string | undefined>>>(
  expressions: T,
  values: Values = {},
) {
  const names = Object.values(expressions).join(' ').match(/#\w+/g) ?? [];
  return {
    ...expressions,
    ExpressionAttributeNames:
      names.length > 0 ? Object.fromEntries(names.map((name) => [name, name.slice(1)])) : undefined,
    ExpressionAttributeValues:
      Object.keys(values).length > 0
        ? marshall(Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value])))
        : undefined,
  };
}
