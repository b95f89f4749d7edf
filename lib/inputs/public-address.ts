import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Address of Azure's WireServer, which gives every virtual machine its secrets; it is in a public range. */
const azureWireServer = '168.63.129.16';

const globalUnicast = ipaddr.IPv6.parse('2000::');

/**
 * Returns true if an IP address is on the public internet. It is unicast, and in none of IANA's
 * special-purpose ranges, as ipaddr.js lists them.
 *
 * IPv6 forms that embed an IPv4 address are never public (mapped, compatible, NAT64, 6to4, Teredo, ISATAP). A
 * text that is no address in its usual form is not public either.
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  if (parsed instanceof ipaddr.IPv6) return parsed.match(globalUnicast, 3) && !isIsatap(parsed);
  return parsed.toString() !== azureWireServer;
}

const neverRead: readonly string[] = ['linkLocal', 'unspecified', 'multicast', 'broadcast'];
/** Address at which Amazon's machines find their secrets by IPv6. The one by IPv4 is link-local. */
const amazonMetadata = 'fd00:ec2::254';

/**
 * Returns true for an address that no setting opens. Clouds give a machine its secrets there, or there is no
 * single host.
 */
export function isNeverRead(address: string): boolean {
  if (isIP(address) === 0) return true;
  const parsed = ipaddr.process(address);
  return neverRead.includes(parsed.range()) || [azureWireServer, amazonMetadata].includes(parsed.toString());
}

/**
 * Returns true for an ISATAP address: RFC 5214, section 6.1, interface identifier `[02]00:5efe` and an IPv4
 * address, under any prefix.
 */
function isIsatap({ parts }: ipaddr.IPv6): boolean {
  const [, , , , high = 0, low] = parts;
  return (high & ~0x0200) === 0 && low === 0x5efe;
}
