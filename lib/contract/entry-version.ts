/** The headers by which two people who change one entry hear of each other. */

export const ifMatchHeader = {
  'If-Match':
    'The `ETag` that the entry had when it was read: where somebody has changed it since, the answer is a 412, and nothing happens.',
} as const;

export const etagHeader = { ETag: "The entry's version in quotes, for `If-Match`." } as const;

/** Returns the entry's tag. Its pictures have ids of their own, and do not change it. */
export function entityTag({ version }: { readonly version: number }): string {
  return `"${version}"`;
}

/**
 * Reads the versions that an `If-Match` allows; returns `undefined` if it allows any. Weak tags count too,
 * because proxies that compress an answer make its tag weak. A foreign tag allows no version.
 */
export function versionsOf(ifMatch: string | undefined): number[] | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  return ifMatch.split(',').flatMap((tag) => {
    const digits = /^\s*(?:W\/)?"?(\d{1,15})(?:-gzip|-br)?"?\s*$/.exec(tag)?.[1];
    return digits === undefined ? [] : Number(digits);
  });
}
