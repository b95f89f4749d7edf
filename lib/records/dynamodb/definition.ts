/**
 * Definition of the records' table, for the infrastructure and the local emulator; `items.ts` describes its
 * contents. This file imports nothing, so that any program can read it.
 */

/** Names of the two keys; both are strings. */
export const partitionKey = 'pk';
export const sortKey = 'sk';

/**
 * Attribute for the time, in seconds since 1970, after which DynamoDB may remove an item. No item has it by
 * default. An operator who wants processed pictures to expire sets it on them; their total is then counted
 * from the oldest that is left.
 */
export const timeToLiveAttribute = 'expiresAt';

/**
 * View of the table's stream: each item as it is after a change. The function that publishes match events
 * reads it.
 */
export const streamView = 'NEW_IMAGE';
