/** What is left of a request's time: API Gateway waits for 29 s, and a function that runs longer is cut off in the middle. */

/** For the stores, after the faces. */
export const storingMs = 2_000;

/**
 * A picture is not begun with less time left: it might not be done in time, and what was done with the others would be lost with the
 * request. A call to Rekognition takes 12 s at most, see `lib/faces/rekognition/caller.ts`.
 */
export const neededMs = 12_000 + storingMs;

export const noTimeLeft = 'There was no time left for this picture: send it again, with fewer others.';
