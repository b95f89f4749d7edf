import ipaddr from 'ipaddr.js';

/** Hextets that the addresses of one household or machine share in IPv6: a /64 network. */
const networkHextets = 4;

/**
 * Names the sender of a request, for budgets that are divided by caller. The name is its token's, or its
 * address's if it has no token.
 *
 * @param token name of the token that was given.
 */
export function callerOf(token: string | undefined, address: string): string {
  if (token !== undefined) return `token ${token}`;
  if (!ipaddr.IPv6.isValid(address)) return address;
  return ipaddr.IPv6.parse(address).parts.slice(0, networkHextets).join(':');
}
