import { InputUnreadableError } from '../../lib/errors.ts';
import { isHost, isPathPrefix } from '../../lib/network-settings.ts';

/** Statements of proxies about the request that they pass on. */
export interface Forwarded {
  /** Addresses of the client and of the proxies before the last one, the nearest last. */
  readonly addresses: readonly string[];
  readonly schemes: readonly string[];
  readonly hosts: readonly string[];
  readonly prefixes: readonly string[];
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Limits that no real chain of proxies reaches. */
const maxHeaderLength = 4096;
const maxValues = 32;

/**
 * Reads `X-Forwarded-For`, `-Proto`, `-Host` and `-Prefix`, and `Forwarded` (RFC 7239). Only those of a
 * trusted proxy can be believed.
 *
 * @throws InputUnreadableError if one is malformed, or if both kinds name different hosts or schemes.
 */
export function readForwarded(headers: Headers): Forwarded {
  const standard = readStandard(headerText(headers, 'forwarded'));
  const schemes = listOf(headers, 'x-forwarded-proto').map((text) => text.toLowerCase());
  const hosts = listOf(headers, 'x-forwarded-host');
  const prefixes = listOf(headers, 'x-forwarded-prefix').map((text) => text.replace(/\/$/, ''));
  const addresses = listOf(headers, 'x-forwarded-for');
  const result = {
    addresses: addresses.length > 0 ? addresses : standard.addresses,
    schemes: agreed(schemes, standard.schemes, 'X-Forwarded-Proto'),
    hosts: agreed(hosts, standard.hosts, 'X-Forwarded-Host'),
    prefixes,
  };
  if (!result.schemes.every((scheme) => scheme === 'http' || scheme === 'https')) {
    throw malformed('The forwarded scheme is http or https.');
  }
  if (!result.hosts.every(isHost)) throw malformed('The forwarded host is a name or an address.');
  if (!prefixes.every(isPathPrefix)) throw malformed('X-Forwarded-Prefix is a path such as /faces.');
  return result;
}

/**
 * Combines both kinds of headers. A client may send the kind that the proxy does not set, so if they differ
 * neither can be believed.
 */
function agreed(ours: readonly string[], standard: readonly string[], name: string): readonly string[] {
  if (ours.length === 0) return standard;
  if (standard.length > 0 && standard.at(-1) !== ours.at(-1)) {
    throw malformed(`${name} and Forwarded do not agree: the proxy must set both or remove one.`);
  }
  return ours;
}

function listOf(headers: Headers, name: string): string[] {
  return boundedList(headerText(headers, name), name, ',');
}

function boundedList(text: string, name: string, separator: string): string[] {
  const items = text.split(separator, maxValues + 1).map((item) => item.trim());
  if (items.length > maxValues) throw malformed(`The header ${name} has too many values.`);
  return items.filter((item) => item !== '');
}

function headerText(headers: Headers, name: string): string {
  const text = String(headers[name] ?? '');
  if (text.length > maxHeaderLength) throw malformed(`The header ${name} is too long.`);
  return text;
}

/**
 * Reads the header `Forwarded`. It ignores quoting, since no value that is used here contains a comma or a
 * semicolon.
 */
function readStandard(text: string) {
  const found = { for: [] as string[], proto: [] as string[], host: [] as string[] };
  for (const element of boundedList(text, 'Forwarded', ',')) {
    for (const pair of boundedList(element, 'Forwarded', ';')) {
      const at = pair.indexOf('=');
      const name = pair.slice(0, Math.max(0, at)).toLowerCase();
      if (name !== 'for' && name !== 'proto' && name !== 'host') continue;
      const value = pair.slice(at + 1).replace(/^"(.*)"$/, '$1');
      found[name].push(name === 'proto' ? value.toLowerCase() : value);
    }
  }
  return { addresses: found.for, schemes: found.proto, hosts: found.host };
}

function malformed(message: string): InputUnreadableError {
  return new InputUnreadableError(message);
}
