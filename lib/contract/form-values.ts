import * as z from 'zod';
import { parseMoment } from './moment.ts';

/** Words for true and false that pydantic reads; HTML's check boxes send `on`. */
const truths: Readonly<Record<string, boolean>> = {
  ...{ true: true, 1: true, on: true, yes: true, t: true, y: true },
  ...{ false: false, 0: false, off: false, no: false, f: false, n: false },
};

/** Shape of true or false, which may come as text. */
export const truth = z.preprocess((input, { issues }) => {
  const value = typeof input === 'string' ? truths[input.trim().toLowerCase()] : input;
  if (typeof input !== 'string' || value !== undefined) return value;
  issues.push({ code: 'custom', params: { type: 'bool_parsing' }, input });
  return z.NEVER;
}, z.boolean());

/**
 * Shape of a moment as text, which becomes ISO 8601 in UTC. Its year has four digits, so that moments are in
 * the order of their texts.
 */
export const momentText = z.preprocess(
  (input, { issues }) => {
    if (typeof input !== 'string') return input;
    const parsed = parseMoment(input)?.toISOString();
    if (parsed !== undefined && /^\d{4}-/.test(parsed)) return parsed;
    issues.push({ code: 'custom', params: { type: 'datetime_parsing' }, input });
    return z.NEVER;
  },
  z.iso.datetime({ offset: true }),
);
