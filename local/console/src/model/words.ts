/** Numbers and times as people read them. */

const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const moment = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

export const dateOf = (iso: string | Date) => day.format(new Date(iso));
export const timeOf = (iso: string) => moment.format(new Date(iso));

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

export function bytes(size: number): string {
  if (size < 1_000) return `${size} B`;
  if (size < 1_000_000) return `${Math.round(size / 1_000)} KB`;
  return `${(size / 1_000_000).toFixed(1)} MB`;
}

export const distanceOf = (distance: number) => distance.toFixed(3);
export const similarityOf = (similarity: number) => `${similarity.toFixed(1)}%`;

/** Returns a picture's source. Base64 says nothing to a person. */
export function sourceOf(identifier: string): string {
  const isPlace =
    /^(https?:\/\/|s3:\/\/|\.{0,2}\/|[a-z]:\\)/i.test(identifier) && !identifier.startsWith('/9j/');
  if (!isPlace) return 'Sent with the request';
  // A form's upload has a name that nobody chose.
  return /\/uploads\/[0-9a-f-]{36}\.\w+$/.test(identifier) ? 'Sent as a large picture' : identifier;
}
