/**
 * What the records' table looks like, for the infrastructure and the local emulator alike; `items.ts` says what is in it. It imports
 * nothing, so that it can be read anywhere.
 */

/** Both keys are strings. */
export const partitionKey = 'pk';
export const sortKey = 'sk';

/**
 * The attribute, in seconds since 1970, after which DynamoDB may remove an item. No item has it by default: whoever wants processed
 * pictures to expire sets it on theirs, and their total is counted from the oldest that is left.
 */
export const timeToLiveAttribute = 'expiresAt';

/** The table has a stream of its items as they are after each change; who tells others of matches reads it. */
export const streamView = 'NEW_IMAGE';
