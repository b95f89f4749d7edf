/** Pattern of times as SQLAlchemy, SQLite and Python write them. Time of day and zone may be absent. */
const form =
  /^\s*(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d\d:?\d\d)?\s*$/i;
/** Number of seconds above which a number is a time in milliseconds: they would be in the year 5138. */
const mostSeconds = 1e11;

/**
 * Reads a time of the old service. Without a zone it is UTC; a number counts seconds or milliseconds since
 * 1970. Returns `undefined` if the text is no time that exists.
 */
export function oldTime(text: string | null): Date | undefined {
  if (text === null) return undefined;
  if (/^\s*\d{9,13}(\.\d+)?\s*$/.test(text)) {
    const number = Number(text);
    return new Date(Math.trunc(number < mostSeconds ? number * 1000 : number));
  }
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] =
    form.exec(text) ?? [];
  if (year === undefined || year === '0000') return undefined;
  const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}Z`;
  const time = new Date(local);
  // Dates such as February 30 become others.
  if (Number.isNaN(time.getTime()) || time.toISOString() !== local) return undefined;
  return new Date(time.getTime() - offsetMs(zone));
}

function offsetMs(zone: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? [];
  const total = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
  return sign === '-' ? -total : total;
}
