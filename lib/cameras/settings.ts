import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { ConfigError } from '../config.ts';
import { type FieldProblem, RequestInvalidError } from '../errors.ts';
import { normalName } from '../names/normal-form.ts';
import { parseAddress, takenAddresses, withVariables } from './address.ts';

/** A day of the week and times of a day, by this machine's clock. */
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'takes times such as 08:30');
const share = z.number().min(0).max(1);

const Span = z.strictObject({
  /** Days, 0 for Sunday; every day unless they are given. */
  days: z.array(z.number().int().min(0).max(6)).min(1).optional(),
  from: clockTime,
  until: clockTime,
});
export type Span = z.infer<typeof Span>;

/** Settings of a camera, as the file tells them. */
export const CameraEntry = z.strictObject({
  name: z
    .string()
    .transform(normalName)
    .refine(({ length }) => length > 0 && length <= 100, 'takes 1 to 100 characters')
    .refine(
      (name) => !/[/\\]|^\.{1,2}$/.test(name),
      'takes no / and no \\, and is not . or ..: it is a part of addresses',
    ),
  url: z.string(),
  fps: z.number().min(0.2).max(15).default(5),
  /** Pixels between the cheeks of the smallest face that is compared. */
  min_face: z.number().int().min(20).max(1000).default(36),
  /** Largest distance of a match; the configured one without it. */
  threshold: z.number().min(0).nullable().default(null),
  cooldown_s: z.number().min(0).max(86_400).default(300),
  /** Corners of a polygon in shares of width and height; faces outside of it are not looked at. */
  zone: z
    .array(z.tuple([share, share]))
    .refine(({ length }) => length === 0 || length >= 3, 'takes three corners or more')
    .default([]),
  /** Times at which it watches; always without them. */
  schedule: z.array(Span).nullable().default(null),
  keep: z.enum(['matches', 'all']).default('matches'),
});

export type CameraSettings = z.output<typeof CameraEntry>;

/** Cameras of one service. */
export const maxCameras = 64;
const CameraFile = z
  .array(CameraEntry)
  .max(maxCameras)
  .superRefine((cameras, context) => {
    const names = new Set<string>();
    for (const [index, { name, url }] of cameras.entries()) {
      const key = name.toLowerCase();
      if (names.has(key))
        context.addIssue({ code: 'custom', path: [index, 'name'], message: 'is taken twice' });
      names.add(key);
      // A variable may stand for any part of it.
      if (!url.includes('${') && !parseAddress(url)) {
        context.addIssue({ code: 'custom', path: [index, 'url'], message: `takes ${takenAddresses}` });
      }
    }
  });

/**
 * Reads the file of cameras, and puts variables of the environment into their addresses.
 * @throws ConfigError that names what is wrong, without the addresses
 */
export function readCameras(
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
): CameraSettings[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(`CAMERAS: ${path} can't be read (${code}).`);
  }
  return parseCameras(text, path, environment);
}

export function parseCameras(
  text: string,
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
): CameraSettings[] {
  const json = jsonOf(text, path);
  const parsed = CameraFile.safeParse(json);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${path}: ${placeOf(issue.path, json)}${issue.message}`);
    throw new ConfigError(lines.join('\n'));
  }
  return parsed.data.map((camera) => ({ ...camera, url: urlOf(camera, path, environment) }));
}

/**
 * Reads a camera that a client of the API names. It may be of the network or push; variables of the
 * environment are not put in, because they are the operator's secrets.
 * @throws RequestInvalidError that repeats no address
 */
export function parseAddedCamera(body: unknown): CameraSettings {
  const parsed = CameraEntry.safeParse(body);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => problemOf(path, message));
    throw new RequestInvalidError(problems);
  }
  const kind = parsed.data.url.includes('${') ? undefined : parseAddress(parsed.data.url)?.kind;
  if (kind === 'rtsp' || kind === 'http' || kind === 'push') return parsed.data;
  throw new RequestInvalidError([problemOf(['url'], 'takes an rtsp(s) or http(s) URL, or push')]);
}

function problemOf(path: readonly PropertyKey[], msg: string): FieldProblem {
  return {
    loc: ['body', ...path.map((part) => (typeof part === 'number' ? part : String(part)))],
    msg,
    type: 'value_error',
  };
}

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own words would show a part of the text, which may be a password.
    throw new ConfigError(
      `${path} is no JSON: it takes a list such as [{"name": "door", "url": "rtsp://…"}].`,
    );
  }
}

function placeOf([index, ...field]: readonly PropertyKey[], json: unknown): string {
  if (index === undefined) return '';
  const camera = Array.isArray(json) ? json[Number(index)] : undefined;
  const name = typeof camera?.name === 'string' ? ` (${camera.name})` : '';
  return `camera ${Number(index) + 1}${name}${field.length > 0 ? `, ${field.join('.')}` : ''}: `;
}

function urlOf(
  { name, url }: CameraSettings,
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  try {
    const whole = withVariables(url, environment);
    if (parseAddress(whole)) return whole;
  } catch (error) {
    throw new ConfigError(`${path}: camera ${name}, url: ${(error as Error).message}`);
  }
  throw new ConfigError(`${path}: camera ${name}, url: takes ${takenAddresses}`);
}

/** Tells if a schedule has a camera watch at a time of this machine's clock. */
export function isWatched(schedule: readonly Span[] | null, now: Date): boolean {
  if (schedule === null) return true;
  const minute = 60 * now.getHours() + now.getMinutes();
  const today = now.getDay();
  const yesterday = (today + 6) % 7;
  return schedule.some(({ days = [0, 1, 2, 3, 4, 5, 6], from, until }) => {
    const [begin, end] = [minutesOf(from), minutesOf(until)];
    if (begin < end) return days.includes(today) && minute >= begin && minute < end;
    // It goes on past midnight.
    return (days.includes(today) && minute >= begin) || (days.includes(yesterday) && minute < end);
  });
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return 60 * hours + minutes;
}
