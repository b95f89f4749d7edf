import * as z from 'zod';
import { iamRolesTaken, type Role, readIamRoles } from './contract/role.ts';

/** Shapes of the settings' values. Each parses a text; its error message says which values are right. */

/** Values of a picture's three channels. */
export type Triple = readonly [number, number, number];

/** Items separated by commas, without white space around them. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/**
 * Returns true for an origin as browsers send it: `https://host` or `https://host:port`, in lower case.
 * The scheme's default port must be left out.
 */
export function isOrigin(text: string): boolean {
  return /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/** Origins of web pages. */
export const origins = list.refine(
  (items) => items.every(isOrigin),
  'exact origins as browsers send them, separated by commas, such as https://example.com or http://localhost:3000',
);

/** Characters of the shortest token; shorter ones can be guessed. */
const minTokenLength = 16;

/** A variable's name in place of a token, which nothing has replaced: everybody can guess it. */
const reference = /^\$(\{.*\}|\(.*\)|[A-Z_][A-Z0-9_]*)$/;

function isToken(text: string): boolean {
  return text.length >= minTokenLength && /^[\x21-\x7e]+$/.test(text) && !reference.test(text);
}

/** Secret tokens of clients. */
export const tokens = list.refine(
  (items) => items.length > 0 && items.every(isToken),
  `one or more tokens of visible ASCII characters, not $NAME, separated by commas, each of at least ${minTokenLength}, such as the output of: openssl rand -hex 32`,
);

/** Roles of callers of IAM. */
export const iamRoles = list
  .transform(readIamRoles)
  .refine((read) => read !== undefined, iamRolesTaken)
  .transform((read): ReadonlyMap<string, Role> => read ?? new Map());

function isHttpUrl(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '');
}

const maxReceivers = 10;

/** URLs of webhooks, each once. */
export const httpUrls = list
  .transform((items) => [...new Set(items)])
  .refine(
    (items) => items.length > 0 && items.length <= maxReceivers && items.every(isHttpUrl),
    `1 to ${maxReceivers} http(s) URLs, separated by commas`,
  );

/** Address of an MQTT broker. */
export const mqttUrl = z.string().refine((text) => {
  const url = URL.parse(text);
  return url !== null && /^mqtts?:$/.test(url.protocol) && url.hostname !== '';
}, 'an address such as mqtts://user:password@broker:8883');

/** Keys of 24 to 64 bytes, as Standard Webhooks defines them. */
export const webhookSecrets = list.refine(
  (items) =>
    items.length > 0 &&
    items.every((item) =>
      /^whsec_(?=.{32,88}$)[A-Za-z0-9+/]+={0,2}$|^(?!whsec_)[\x21-\x7e]{24,64}$/.test(item),
    ),
  'whsec_ and 24 to 64 bytes in base64, or a text of 24 to 64 visible ASCII characters; the new and the old one, separated by a comma',
);

/** True or false, in the usual spellings. */
export const flag = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off', 't', 'f', 'y', 'n'], 'true or false'))
  .transform((text) => ['true', '1', 'yes', 'on', 't', 'y'].includes(text));

/** Python's names of log levels that differ from this service's. */
const pythonLevels: Readonly<Record<string, string>> = { warning: 'warn', critical: 'error', fatal: 'error' };

/** Level of the log, also by Python's name and in capitals. */
export const logLevel = z
  .string()
  .toLowerCase()
  .transform((level) => pythonLevels[level] ?? level)
  .pipe(z.enum(['debug', 'info', 'warn', 'error', 'silent'], 'one of debug, info, warn, error, silent'));

/** Makes the shape of a number from `min` to `max`, both included. */
export function number(min: number, max: number, whole: boolean) {
  const takes = `a ${whole ? 'whole ' : ''}number from ${min} to ${max}`;
  return z
    .string()
    .regex(whole ? /^\d+$/ : /^\d+(\.\d+)?$/, takes)
    .transform(Number)
    .pipe(z.number(takes).min(min, takes).max(max, takes));
}

/**
 * Makes the shape of a text that matches a pattern.
 * @param takes words that describe such texts
 */
export function pattern(form: RegExp, takes: string) {
  return z.string().regex(form, takes);
}

/** Makes the shape of one of several names. */
export function oneOf<const T extends readonly [string, ...string[]]>(names: T) {
  return z.enum(names, `one of ${names.join(', ')}`);
}

/**
 * Makes the shape of numbers from `min` to `max`, separated by commas.
 * @param isWanted further condition on all of them
 * @param takes words that describe such lists
 */
export function numbers(
  min: number,
  max: number,
  isWanted: (values: readonly number[]) => boolean,
  takes: string,
) {
  return list
    .refine((items) => items.every((item) => /^\d+(\.\d+)?$/.test(item)), takes)
    .transform((items) => items.map(Number))
    .refine((values) => values.every((value) => value >= min && value <= max) && isWanted(values), takes);
}

/** Makes the shape of one number for all three channels, or one for each. */
export function triple(min: number, max: number) {
  const takes = `a number from ${min} to ${max}, or three of them, separated by commas`;
  return numbers(min, max, ({ length }) => length === 1 || length === 3, takes).transform(
    ([first = 0, second = first, third = first]): Triple => [first, second, third],
  );
}

/**
 * Path of a folder or file. `~` and variables are refused: a shell would replace them, but here they would
 * become part of the name.
 */
export const folder = z
  .string()
  .refine(
    (path) => !/^~|\$[A-Za-z_{(]|^%\w+%/.test(path),
    "a path that is written out: '~' and variables are not replaced in it",
  );
