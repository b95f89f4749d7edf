import ipaddr from 'ipaddr.js';

/** Hextets of an IPv6 address that one household or machine has as its own network: a /64. */
const networkHextets = 4;

/**
 * Names whoever sends a request, for budgets that are divided by caller: by the token, or by the address where there is none.
 * @param token the name of the one that was given.
 */
export function callerOf(token: string | undefined, address: string): string {
  if (token !== undefined) return `token ${token}`;
  if (!ipaddr.IPv6.isValid(address)) return address;
  return ipaddr.IPv6.parse(address).parts.slice(0, networkHextets).join(':');
}
