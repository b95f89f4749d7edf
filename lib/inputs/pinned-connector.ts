import type { LookupFunction } from 'node:net';
import { buildConnector } from 'undici';

/** Address of a host that a connection may be made to. */
export interface CheckedAddress {
  readonly address: string;
  readonly family: number;
}

/**
 * Makes a look-up that gives these addresses for every name. It is not called for a host that is an IP
 * address.
 */
export function pinned(addresses: readonly CheckedAddress[]): LookupFunction {
  return (_hostname, options, callback) => {
    const [first] = addresses;
    if (options.all) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };
}

/**
 * Makes a connector that connects only to these addresses, without a second look-up, and checks the address
 * that it got.
 * @param refusal makes the error for an address that is not allowed
 */
export function pinnedConnector(
  addresses: readonly CheckedAddress[],
  isAllowed: (address: string) => boolean,
  refusal: () => Error,
  timeout: number,
): buildConnector.connector {
  const connect = buildConnector({
    lookup: pinned(addresses),
    autoSelectFamily: true,
    rejectUnauthorized: true,
    timeout,
  });
  return (options, callback) => {
    connect(options, (error, socket) => {
      if (error !== null) return callback(error, null);
      if (isAllowed(socket.remoteAddress ?? '')) return callback(null, socket);
      socket.destroy();
      callback(refusal(), null);
    });
  };
}
