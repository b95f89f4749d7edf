import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { CheckedAddress } from '../inputs/pinned-connector.ts';
import { SourceError } from './port.ts';

/** Tells if a camera may have an IP address. */
export type AddressCheck = (address: string) => boolean;

/** @param networks single addresses, or networks such as `192.168.10.0/24` */
export function addressCheck(networks: readonly string[]): AddressCheck {
  const ranges = networks.map((network) =>
    network.includes('/')
      ? ipaddr.parseCIDR(network)
      : ipaddr.parseCIDR(`${network}/${isIP(network) === 4 ? 32 : 128}`),
  );
  return (address) => {
    if (isIP(address) === 0) return false;
    // An IPv4 address that is written as IPv6 is the IPv4 address.
    const parsed = ipaddr.process(address);
    return ranges.some(([range, bits]) => parsed.kind() === range.kind() && parsed.match(range, bits));
  };
}

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
