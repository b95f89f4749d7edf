import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { marshall, type NativeAttributeValue } from '@aws-sdk/util-dynamodb';
import type { Item, Key } from './keys.ts';

type Values = Readonly<Record<string, NativeAttributeValue>>;

/**
 * Condition of an action, in DynamoDB's language: `#name` stands for the attribute of that name, `:name` for
 * that of `values`.
 */
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

/**
 * Outcome of a transaction: everything was done, or nothing. If it is neither `done` nor `refused`, it met
 * another transaction, and may be repeated.
 */
export interface Outcome {
  readonly done: boolean;
  /** Indexes of the actions whose conditions failed, each with the present item. */
  readonly refused: ReadonlyMap<number, Item | undefined>;
}

/** Condition that the item does not exist yet. */
export const isNew: Condition = { condition: 'attribute_not_exists(#pk)' };

/** Condition that the item still exists. */
export const isThere: Condition = { condition: 'attribute_exists(#pk)' };

/** Converts an action for the SDK. If its condition fails, DynamoDB returns the present item. */
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

/**
 * Collects the names and values in some expressions. Every attribute is written as `#name`, because many of
 * ours are reserved words of DynamoDB.
 */
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
