/** Returns scheme and host of a receiver's address: the rest of it is often a secret. */
export function originOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
