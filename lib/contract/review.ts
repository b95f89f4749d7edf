import * as z from 'zod';

/** Verdicts that a person can give on a match. */
export const reviewVerdicts = ['confirmed', 'rejected', 'unsure'] as const;
export type ReviewVerdict = (typeof reviewVerdicts)[number];

/** States of a match or a picture: `open` until enough people have decided. */
export const reviewStates = ['open', ...reviewVerdicts] as const;
export type ReviewState = (typeof reviewStates)[number];

export const Review = z
  .object({
    verdict: z
      .enum(reviewStates)
      .describe(
        'What counts. With REVIEWERS=1 it is the latest verdict. With REVIEWERS=2 it is `open` until two people have judged, then what most of them say, and `unsure` where they disagree.',
      ),
    reviews: z
      .array(
        z.object({
          actor: z.string().describe('Who judged: the name of a token or a user.'),
          verdict: z.enum(reviewVerdicts),
          note: z.string().nullable(),
          at: z.string().describe('ISO 8601, UTC.'),
        }),
      )
      .describe("Each person's latest, oldest first."),
  })
  .meta({ id: 'Review' });
export type Review = z.infer<typeof Review>;
export type SingleReview = Review['reviews'][number];
