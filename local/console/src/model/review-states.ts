import type { ReviewState } from '../../../../lib/contract/review.ts';

export type { ReviewState } from '../../../../lib/contract/review.ts';

/** States of a review, without the contract's checks, which a page need not load. */
export const reviewStates: readonly ReviewState[] = ['open', 'confirmed', 'rejected', 'unsure'];
