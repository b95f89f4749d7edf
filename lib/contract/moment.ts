/*
 * ISO 8601's formats of a time with its offset from UTC:
 * - The date is a calendar date, an ordinal date or a week date, extended or basic.
 * - The time goes down to hours, minutes or seconds, the last of them with a fraction.
 * - The offset has hours, or hours and minutes.
 * - A space may replace the `T`, and may precede the offset, because many programs write so.
 * - A space may replace the offset's `+`, because it becomes one in a query that was not encoded.
 */

/** Limit on characters: the longest format, with far more digits of a fraction than any clock has. */
const maxLength = 64;
const form =
  /^(?<date>[\d-]{7,8}|\d{4}-\d\d-\d\d|\d{4}-?W\d\d-?\d)[Tt ](?<hour>\d\d)(?:(?<colon>:?)(?<minute>\d\d)(?:\k<colon>(?<second>\d\d))?)?(?:[.,](?<fraction>\d+))? ?(?<offset>[Zz]|[+\-\u2212 ]\d\d(?::?\d\d)?)$/;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/**
 * Parses a moment, and rounds it up to whole milliseconds; returns `undefined` if the text is none. The year
 * 0000 is none: it stands where a program knew no date.
 */
export function parseMoment(text: string): Date | undefined {
  const trimmed = text.trim();
  const parts = trimmed.length > maxLength ? undefined : form.exec(trimmed)?.groups;
  if (!parts || parts.date?.startsWith('0000')) return undefined;
  const day = startOfDay(parts.date ?? '');
  const time = sinceMidnight(parts);
  const offset = offsetMs(parts.offset ?? '');
  if (day === undefined || time === undefined || offset === undefined) return undefined;
  const moment = new Date(day + time - offset);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}

type Parts = Readonly<Record<string, string | undefined>>;

/** Computes the start of a day, in milliseconds since 1970, UTC. */
function startOfDay(date: string): number | undefined {
  const calendar = /^(\d{4})-(\d\d)-(\d\d)$|^(\d{4})(\d\d)(\d\d)$/.exec(date)?.filter(Boolean).map(Number);
  if (calendar) {
    const [, year = 0, month = 0, day = 0] = calendar;
    const moment = utc(year, month - 1, day);
    const isReal = moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day;
    return isReal ? moment.getTime() : undefined;
  }
  const ordinal = /^(\d{4})-?(\d{3})$/.exec(date);
  if (ordinal) {
    const [year, day] = [Number(ordinal[1]), Number(ordinal[2])];
    const moment = utc(year, 0, day);
    return day > 0 && moment.getUTCFullYear() === year ? moment.getTime() : undefined;
  }
  const week = /^(\d{4})(-?)W(\d\d)\2(\d)$/.exec(date);
  return week ? startOfWeekday(Number(week[1]), Number(week[3]), Number(week[4])) : undefined;
}

/**
 * Computes the start of a day given as year, week and weekday. Week 1 is the one with January 4, and day 1 is
 * its Monday.
 */
function startOfWeekday(year: number, week: number, weekday: number): number | undefined {
  if (week < 1 || weekday < 1 || weekday > 7) return undefined;
  const firstMonday = mondayOf(utc(year, 0, 4));
  const monday = firstMonday + (week - 1) * 7 * dayMs;
  return monday < mondayOf(utc(year + 1, 0, 4)) ? monday + (weekday - 1) * dayMs : undefined;
}

function mondayOf(day: Date): number {
  return day.getTime() - ((day.getUTCDay() + 6) % 7) * dayMs;
}

/** Makes a date of any year; `Date.UTC` takes 0 to 99 for years of the twentieth century. */
function utc(year: number, month: number, day: number): Date {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date;
}

/** Computes the milliseconds since midnight. 24:00 is the end of the day, and second 60 a leap second. */
function sinceMidnight({ hour, minute, second, fraction }: Parts): number | undefined {
  const unit = second !== undefined ? 1000 : minute !== undefined ? minuteMs : hourMs;
  // It is first rounded to a nanosecond, because 0.057 times 1000 is a little more than 57.
  const part = Math.ceil(Number((Number(`0.${fraction ?? 0}`) * unit).toFixed(6)));
  const [hours, minutes, seconds] = [Number(hour), Number(minute ?? 0), Number(second ?? 0)];
  const time = hours * hourMs + minutes * minuteMs + seconds * 1000 + part;
  return minutes < 60 && seconds <= 60 && time <= dayMs ? time : undefined;
}

function offsetMs(offset: string): number | undefined {
  if (/^[Zz]$/.test(offset)) return 0;
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(-2))];
  const length = hours * hourMs + (offset.length > 3 ? minutes : 0) * minuteMs;
  if (hours > 23 || (offset.length > 3 && minutes > 59)) return undefined;
  return /^[-\u2212]/.test(offset) ? -length : length;
}
