/** Longest key that a request may have, in characters. */
export const maxKeyLength = 255;

export const idempotencyKeyHeader = {
  'Idempotency-Key':
    'A text that the client makes up for this one request, such as a UUID, of up to 255 visible ASCII characters. The same request with the same key is answered for a day as the first one was, and nothing is done again. With another request it is a 422; while the first one is worked on, a 409.',
} as const;

export const replayedHeader = {
  'Idempotent-Replayed':
    '`true` if the answer is that of an earlier request with the same `Idempotency-Key`.',
} as const;
