import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { isNeverRead } from './public-address.ts';

/** Tells if an IP address may be connected to. */
export type AddressCheck = (address: string) => boolean;

/**
 * Returns the check of the operator's networks for pictures' addresses; `undefined` if there are none.
 */
export function ownAddresses(networks: readonly string[]): AddressCheck | undefined {
  if (networks.length === 0) return undefined;
  const isOwn = addressCheck(networks);
  return (address) => isOwn(address) && !isNeverRead(address);
}

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
