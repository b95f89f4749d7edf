/** Limits of the gateway, which the firewall's lie above. */

/**
 * Requests in a second over all callers, and how many may come at once. Calls that only read or write records
 * are cheap; pictures cost money.
 */
export const recordsThrottle = { rateLimit: 50, burstLimit: 100 };
/** The same limits for one caller, who is known by an API key. */
export const callerThrottle = { rateLimit: 20, burstLimit: 40 };

/** Gives the most requests in a second that the gateway lets through on any of its paths. */
export function requestsPerSecond(rekognitionTps: number): number {
  return Math.max(recordsThrottle.rateLimit, callerThrottle.rateLimit, rekognitionTps);
}
