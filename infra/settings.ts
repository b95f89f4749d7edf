import type { Node } from 'constructs';
import * as z from 'zod';
import { closestSetting } from '../lib/closest-setting.ts';
import { ConfigError, maxCollections } from '../lib/config.ts';
import { iamRolesTaken, type Role, readIamRoles, roles } from '../lib/contract/role.ts';
import type { QualityFilter } from '../lib/faces/port.ts';
import { isOrigin } from '../lib/setting-values.ts';

/** The settings of `cdk deploy -c name=value`. */
export interface StackSettings {
  /** Callers who are let in: those who sign for IAM, those in the user pool, or everybody. */
  readonly auth: 'iam' | 'cognito' | 'none';
  /** True if the API serves the web console too, to which the users of the user pool sign in. */
  readonly console: boolean;
  /** True if callers also need an API key, so that the usage plan limits each of them. */
  readonly apiKey: boolean;
  /** True for a web application firewall in front of the API. */
  readonly waf: boolean;
  /**
   * True for a key of the stack's own that encrypts the table and the buckets of pictures; the ARN of the key
   * of an earlier deployment, whose table and bucket are taken over.
   */
  readonly kms: boolean | string;
  /**
   * Role with which API Gateway writes logs, one for all APIs of the account: the one that the account has,
   * one that this stack makes in its place, or none and no logs of the gateway.
   */
  readonly gatewayLogRole: 'account' | 'new' | 'none';
  /**
   * Executions that the inbox and the match events each have for themselves, so that requests can't starve
   * them. With 0 they share the account's with the requests.
   */
  readonly reservedConcurrency: number;
  /** Instances of the function that processes pictures that are kept started. */
  readonly provisionedConcurrency: number;
  /** True to shift requests to a new version of a function little by little. */
  readonly canary: boolean;
  /** Names of what an earlier deployment left, to be taken over; undefined for new ones. */
  readonly tableName: string | undefined;
  readonly bucketName: string | undefined;
  readonly logsBucketName: string | undefined;
  /**
   * Record of who reads and changes objects of the bucket: none, CloudTrail's without the inbox, or S3's own,
   * which names the folders of the inbox.
   */
  readonly accessLogs: 'none' | 'trail' | 's3';
  /** Collection of faces; undefined for one that is called like the stack. */
  readonly collectionId: string | undefined;
  /** Number of collections that the faces are spread over. */
  readonly collections: number;
  /** True to deploy to a region that is not known to have Rekognition. */
  readonly anyRegion: boolean;
  /** Origins whose web pages may call. */
  readonly corsOrigins: readonly string[];
  /** Processed pictures without a match are kept for so many days, with their records. */
  readonly keepUnmatchedDays: number;
  /** Those with a match. */
  readonly keepMatchedDays: number;
  /** Files of the inbox that could not be used. */
  readonly keepRejectedDays: number;
  /** Faces that matched nobody are kept for so many days, for a look-back; 0: none are. */
  readonly lookBackDays: number;
  /** Begins at once with the deletion of older data than that. */
  readonly retentionConfirmed: boolean;
  /**
   * Days after which processed pictures and crops go though their records stay; undefined: when their
   * records go.
   */
  readonly processedDays: number | undefined;
  /** An old or deleted version of an object can be had back for so many days. */
  readonly recoveryDays: number;
  /** True if stored pictures carry no metadata; undefined for the service's own default. */
  readonly stripMetadata: boolean | undefined;
  /** Days that an entry is kept after it has expired; undefined for the service's own default. */
  readonly expiredDays: number | undefined;
  /** The account's quota of Rekognition calls in a second, for each kind of call. */
  readonly rekognitionTps: number;
  /**
   * Similarity (0..100) from which faces match if a request asks for no other; undefined for the service's
   * own default.
   */
  readonly similarity: number | undefined;
  /**
   * Similarity (50..100) that every threshold is raised to, chosen or asked for; undefined for the service's
   * own default.
   */
  readonly minSimilarity: number | undefined;
  /** Filter that refuses reference pictures of too poor quality; undefined for the service's own default. */
  readonly qualityFilter: QualityFilter | undefined;
  /** Topic to which alarms are sent. */
  readonly alarmTopicArn: string | undefined;
  /** Role of users of the user pool who are in no group that is called like a role. */
  readonly ungroupedRole: Role;
  /** Roles of callers who sign for IAM, see `readIamRoles`; undefined if each is an administrator. */
  readonly iamRoles: string | undefined;
  /** Width of the band of near misses, see `REVIEW_BAND`. */
  readonly reviewBand: number;
  /** Number of people who must judge a match before it is no longer open. */
  readonly reviewers: number;
  /** Days for which the audit trail is kept. */
  readonly auditDays: number;
  /** Address that gets a mail for each picture in which somebody is found. */
  readonly alerts: string | undefined;
}

const bucketPattern = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

/** Reads values both as texts, from the command line, and as they are, from `cdk.json`. */
const settings = {
  auth: { schema: z.enum(['iam', 'cognito', 'none']).default('iam'), takes: 'iam, cognito or none' },
  console: { schema: flag.default(false), takes: 'true or false' },
  apiKey: { schema: flag.default(false), takes: 'true or false' },
  waf: { schema: flag.default(false), takes: 'true or false' },
  kms: {
    schema: z.union([flag, z.string().regex(/^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/.+$/)]).default(false),
    takes: 'true, false or the ARN of a key',
  },
  gatewayLogRole: {
    schema: z.enum(['account', 'new', 'none']).default('account'),
    takes: 'account, new or none',
  },
  reservedConcurrency: {
    schema: z.union([wholeNumber(0, 0), wholeNumber(2, 400)]).default(0),
    takes: '0, or a whole number from 2 to 400',
  },
  provisionedConcurrency: { schema: wholeNumber(0, 400).default(0), takes: 'a whole number from 0 to 400' },
  canary: { schema: flag.default(false), takes: 'true or false' },
  tableName: { schema: resourceName(/^[\w.-]{3,255}$/), takes: 'the name of a table' },
  bucketName: { schema: resourceName(bucketPattern), takes: 'the name of a bucket' },
  logsBucketName: { schema: resourceName(bucketPattern), takes: 'the name of a bucket' },
  accessLogs: { schema: z.enum(['none', 'trail', 's3']).default('none'), takes: 'none, trail or s3' },
  collectionId: {
    schema: resourceName(/^[a-zA-Z0-9_.-]{1,255}$/),
    takes: 'the id of a collection (letters, digits, _, . and -)',
  },
  collections: {
    schema: wholeNumber(1, maxCollections).default(1),
    takes: `a whole number from 1 to ${maxCollections}`,
  },
  anyRegion: { schema: flag.default(false), takes: 'true or false' },
  corsOrigins: {
    schema: z
      .string()
      .default('')
      .transform((text) => text.split(',').flatMap((origin) => origin.trim() || []))
      .refine((origins) => origins.every(isOrigin)),
    takes: 'origins such as https://example.com, separated by commas',
  },
  keepUnmatchedDays: {
    schema: wholeNumber(0, 36_500).default(30),
    takes: 'a whole number of days from 0 to 36500',
  },
  keepMatchedDays: {
    schema: wholeNumber(1, 36_500).default(365),
    takes: 'a whole number of days from 1 to 36500',
  },
  keepRejectedDays: {
    schema: wholeNumber(0, 36_500).default(30),
    takes: 'a whole number of days from 0 to 36500',
  },
  lookBackDays: {
    schema: wholeNumber(0, 36_500).default(0),
    takes: 'a whole number of days from 0 to 36500',
  },
  retentionConfirmed: { schema: flag.default(false), takes: 'true or false' },
  processedDays: { schema: wholeNumber(1, 3650).optional(), takes: 'a whole number of days from 1 to 3650' },
  recoveryDays: { schema: wholeNumber(1, 35).default(7), takes: 'a whole number of days from 1 to 35' },
  stripMetadata: { schema: flag.optional(), takes: 'true or false' },
  expiredDays: { schema: wholeNumber(0, 3650).optional(), takes: 'a whole number of days from 0 to 3650' },
  rekognitionTps: { schema: wholeNumber(1, 10_000).default(5), takes: 'a whole number from 1 to 10000' },
  similarity: { schema: percentage(0).optional(), takes: 'a number from 0 to 100' },
  minSimilarity: { schema: percentage(50).optional(), takes: 'a number from 50 to 100' },
  qualityFilter: { schema: z.enum(['auto', 'none']).optional(), takes: 'auto or none' },
  alarmTopicArn: {
    schema: z
      .string()
      .regex(/^arn:[a-z-]+:sns:/)
      .optional(),
    takes: 'the ARN of an SNS topic',
  },
  iamRoles: {
    schema: z
      .string()
      .refine((text) => readIamRoles(text.split(',').map((item) => item.trim())) !== undefined)
      .optional(),
    takes: iamRolesTaken,
  },
  ungroupedRole: { schema: z.enum(roles).default('admin'), takes: `one of ${roles.join(', ')}` },
  reviewBand: { schema: z.coerce.number().min(1).max(1000).default(10), takes: 'a number from 1 to 1000' },
  reviewers: { schema: wholeNumber(1, 2).default(1), takes: '1 or 2' },
  auditDays: { schema: wholeNumber(1, 36_500).default(365), takes: 'a whole number of days from 1 to 36500' },
  alerts: { schema: z.email().optional(), takes: 'an e-mail address' },
} satisfies Record<keyof StackSettings, { schema: z.ZodType; takes: string }>;

function resourceName(pattern: RegExp) {
  return z.string().regex(pattern).optional();
}

/** Reads a whole number. An empty text is none: `z.coerce` would read it as 0. */
function wholeNumber(min: number, max: number) {
  return z
    .union([z.number(), z.string().regex(/^\d+$/).transform(Number)])
    .pipe(z.number().int().min(min).max(max));
}

/** Reads a percentage. `z.coerce` would read an empty text as 0: everybody would match everybody. */
function percentage(min: number) {
  const text = z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .transform(Number);
  return z.union([z.number(), text]).pipe(z.number().min(min).max(100));
}

/**
 * Checks the days of the look-back.
 * @throws ConfigError when faces would be kept longer than their pictures
 */
function lookBackDays(days: number, keepUnmatchedDays: number, keepMatchedDays: number): number {
  const most = Math.min(keepUnmatchedDays, keepMatchedDays);
  if (days <= most) return days;
  throw new ConfigError(
    `-c lookBackDays takes at most ${most}, not '${days}': pictures are kept no longer, and faces go with them.`,
  );
}

/**
 * Checks that people can sign in to the console.
 * @throws ConfigError when it would have no way to call the API
 */
function withConsole(console: boolean, auth: StackSettings['auth'], apiKey: boolean): boolean {
  if (console && auth !== 'cognito')
    throw new ConfigError(
      `-c console=true wants -c auth=cognito, not '${auth}': people sign in to a user pool.`,
    );
  if (console && apiKey)
    throw new ConfigError(
      '-c console=true can not go with -c apiKey=true: no page can keep a key to itself.',
    );
  return console;
}

/**
 * Reads and checks the settings.
 *
 * @throws ConfigError naming the first setting that is unknown, or wrong and what it takes.
 */
export function stackSettings(node: Node): StackSettings {
  refuseUnknown(Object.keys(node.getAllContext()));
  const read = <Name extends keyof typeof settings>(name: Name) => {
    const { schema, takes } = settings[name];
    const given: unknown = node.tryGetContext(name);
    const parsed = schema.safeParse(given);
    if (!parsed.success) throw new ConfigError(`-c ${name} takes ${takes}, not '${String(given)}'.`);
    return parsed.data as z.output<(typeof settings)[Name]['schema']>;
  };
  return {
    auth: read('auth'),
    console: withConsole(read('console'), read('auth'), read('apiKey')),
    apiKey: read('apiKey'),
    waf: read('waf'),
    kms: read('kms'),
    gatewayLogRole: read('gatewayLogRole'),
    reservedConcurrency: read('reservedConcurrency'),
    provisionedConcurrency: read('provisionedConcurrency'),
    canary: read('canary'),
    tableName: read('tableName'),
    bucketName: read('bucketName'),
    logsBucketName: read('logsBucketName'),
    accessLogs: read('accessLogs'),
    collectionId: read('collectionId'),
    collections: read('collections'),
    anyRegion: read('anyRegion'),
    corsOrigins: read('corsOrigins'),
    keepUnmatchedDays: read('keepUnmatchedDays'),
    keepMatchedDays: read('keepMatchedDays'),
    keepRejectedDays: read('keepRejectedDays'),
    lookBackDays: lookBackDays(read('lookBackDays'), read('keepUnmatchedDays'), read('keepMatchedDays')),
    retentionConfirmed: read('retentionConfirmed'),
    processedDays: read('processedDays'),
    recoveryDays: read('recoveryDays'),
    stripMetadata: read('stripMetadata'),
    expiredDays: read('expiredDays'),
    rekognitionTps: read('rekognitionTps'),
    similarity: read('similarity'),
    minSimilarity: read('minSimilarity'),
    qualityFilter: read('qualityFilter'),
    alarmTopicArn: read('alarmTopicArn'),
    ungroupedRole: read('ungroupedRole'),
    iamRoles: read('iamRoles'),
    reviewBand: read('reviewBand'),
    reviewers: read('reviewers'),
    auditDays: read('auditDays'),
    alerts: read('alerts'),
  };
}

/**
 * Refuses names that are no setting: a misspelt `iamRoles` would let every caller do everything. The CDK's
 * own names have a colon or a slash, begin with `@` or `_`, or are like `cli-telemetry`.
 */
function refuseUnknown(names: readonly string[]): void {
  const known = Object.keys(settings);
  for (const name of names) {
    if (known.includes(name) || /[:/]|^[@_]/.test(name)) continue;
    const meant = closestSetting(name, known);
    if (meant === undefined && name.includes('-')) continue;
    const hint = meant === undefined ? `There are: ${known.join(', ')}.` : `Did you mean ${meant}?`;
    throw new ConfigError(`-c ${name} is no setting. ${hint}`);
  }
}
