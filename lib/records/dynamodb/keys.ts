import type { NativeAttributeValue } from '@aws-sdk/util-dynamodb';

/** Key of an item in the table. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export type Item = Key & Readonly<Record<string, NativeAttributeValue>>;
