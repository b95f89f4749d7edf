import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { AddressCheck } from '../inputs/address-check.ts';
import type { CheckedAddress } from '../inputs/pinned-connector.ts';
import { SourceError } from './port.ts';

/** Makes the error for an address that no camera may have. */
export function outsideNetworks(): SourceError {
  return new SourceError('Its address is outside of CAMERA_NETWORKS.');
}

/**
 * Resolves a host. The connection must go to one of these addresses, without a second look-up: a name may
 * lead elsewhere a moment later.
 * @throws SourceError if any address is not allowed
 * @throws Error of the resolver, with its `code`
 */
export async function checkedAddresses(
  hostname: string,
  isAllowed: AddressCheck,
): Promise<readonly CheckedAddress[]> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  const addresses = family === 0 ? await lookup(host, { all: true }) : [{ address: host, family }];
  if (!addresses.every(({ address }) => isAllowed(address))) throw outsideNetworks();
  return addresses;
}
