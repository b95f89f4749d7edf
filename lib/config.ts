import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { closestSetting } from '#closest-setting';
import { readEnvFile } from '#env-file';
import {
  customModelName,
  type DetectorName,
  type DistanceMetric,
  defaultEngineModel,
  detectorNames,
  distanceMetrics,
  type ModelName,
  modelNames,
} from './contract/vocabulary.ts';
import type { EnvFile } from './env-file.ts';
import { allowedHosts, type PublicUrl, publicUrl, trustedProxies } from './network-settings.ts';

/** Every setting, parsed once. Its names and defaults are the README's settings table. */
export interface Config {
  readonly backend: 'deepface' | 'aws_rekognition';
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly blacklistDir: string;
  readonly processedDir: string;
  readonly croppedDir: string;
  /** Local input pictures must lie below it; off in a Lambda function, where the disk is nobody's. */
  readonly imageRoot: string | undefined;
  readonly detectorBackend: DetectorName;
  /** Sets the model that counts where none is named. */
  readonly engineProfile: 'accurate' | 'fast';
  readonly modelName: ModelName;
  /** Set with `MODEL_PATH`, and with it alone. */
  readonly customModel: CustomModelConfig | undefined;
  readonly distanceMetric: DistanceMetric;
  /** No threshold of the embedded engine lets a larger share of pairs of different people match. */
  readonly maxFalseMatchRate: number;
  /** 0..1: faces that the detector is less sure of are left out. */
  readonly detectionConfidenceThreshold: number;
  /** Quality filter of reference pictures: `auto` refuses pictures whose faces are of little use. */
  readonly qualityFilter: 'auto' | 'none';
  readonly drawBoundingBoxes: boolean;
  /** Retention of what is kept, in days. */
  readonly keepDays: KeepDays;
  /** True once somebody agreed that older data than `keepDays` allows is deleted. */
  readonly retentionConfirmed: boolean;
  /** Days for which a table or a bucket can be restored as it was; for what is told of erasures. */
  readonly recoveryDays: number;
  /** True where stored pictures carry no Exif data, thumbnails, texts or comments. */
  readonly stripMetadata: boolean;
  /** Share of the box that is added to the crop, half on each side. */
  readonly croppedFacePaddingRatio: number;
  /** Threads that find and compare faces: one for each core unless set. */
  readonly engineWorkers: number;
  readonly apiTitle: string;
  readonly apiVersion: string;
  readonly corsOrigins: readonly string[];
  readonly apiTokens: readonly string[];
  readonly allowUnauthenticated: boolean;
  /** A disk with less room is warned of. */
  readonly minFreeBytes: number;
  /** Host names by which web pages may reach a service without tokens, besides addresses. */
  readonly allowedHosts: readonly string[];
  /** Addresses and networks of proxies whose `X-Forwarded-` headers count. */
  readonly trustedProxies: readonly string[];
  /** The address that clients know the service by, where it is set. */
  readonly publicUrl: PublicUrl | undefined;
  readonly maxRequestBytes: number;
  readonly maxImageBytes: number;
  /** Memory for the pictures in work, all together, in bytes. */
  readonly pictureMemoryBytes: number;
  readonly emulateGatewayLimits: boolean;
  /** Set with `WEBHOOK_URL`, and with it alone. */
  readonly webhooks: WebhookConfig | undefined;
  /** Set with the `aws_rekognition` backend, and with it alone. */
  readonly aws: AwsConfig | undefined;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

/** Days that something is kept. */
export interface KeepDays {
  /** Processed pictures without a match; 0: none is ever written. */
  readonly unmatched: number;
  /** Processed pictures with a match. */
  readonly matched: number;
  /** Files of the inbox that could not be used. */
  readonly rejected: number;
}

/** Resources of the `aws_rekognition` backend. Credentials come from the SDK's own chain. */
export interface AwsConfig {
  readonly region: string;
  readonly bucket: string;
  readonly collectionId: string;
  /** 0..100: matches are at least so similar unless a request says otherwise. */
  readonly similarityThreshold: number;
  /** 0..100: no threshold, asked for or set, means less. */
  readonly minSimilarity: number;
  /** Calls to Rekognition in a second, at most, by this process. */
  readonly rekognitionCallsPerSecond: number;
  /** The records' table; without one they are in SQLite, in `dataDir`. */
  readonly tableName: string | undefined;
}

/** Whom match events are sent to. */
export interface WebhookConfig {
  /** http(s), each once. They may hold secrets: a log has their origins alone. */
  readonly urls: readonly string[];
  /**
   * Keys that events are signed with, the newest first. They have the form of Standard Webhooks (`whsec_` and
   * base64) or are plain text.
   */
  readonly secrets: readonly string[];
}

/** An embedding model of the user's own, an ONNX file, and how it sees a face. */
export interface CustomModelConfig {
  readonly path: string;
  /** The order of its channels. */
  readonly channels: 'RGB' | 'BGR';
  /** Means of its channels in its own order. A pixel's value v, 0..255, becomes (v - mean) / scale. */
  readonly means: Triple;
  readonly scales: Triple;
  /** Largest cosine distance of a match. It is required to serve matches, but not to measure the model. */
  readonly threshold: number | undefined;
  /** The cosine distances within which 1 in 100, 1,000, 10,000 … pairs of different people lie. */
  readonly calibration: readonly number[] | undefined;
}
export type Triple = readonly [number, number, number];

/** A setting has a value that it does not take; the message names the setting and what it takes. */
export class ConfigError extends Error {}

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/**
 * Returns true for an origin as browsers send it: `https://host` or `https://host:port`, in small letters.
 * The scheme's default port must be left out.
 */
export function isOrigin(text: string): boolean {
  return /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
const origins = list.refine(
  (items) => items.every(isOrigin),
  'exact origins as browsers send them, separated by commas, such as https://example.com or http://localhost:3000',
);

/** Shorter ones can be guessed. */
const minTokenLength = 16;
const tokens = list.refine(
  (items) =>
    items.length > 0 && items.every((item) => item.length >= minTokenLength && /^[\x21-\x7e]+$/.test(item)),
  `one or more tokens of visible ASCII characters, separated by commas, each of at least ${minTokenLength}, such as the output of: openssl rand -hex 32`,
);
/** Settings whose values no message may repeat. */
const secrets: readonly string[] = ['API_TOKENS', 'WEBHOOK_URL', 'WEBHOOK_SECRET'];

function isHttpUrl(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '');
}
const maxReceivers = 10;
const httpUrls = list
  .transform((items) => [...new Set(items)])
  .refine(
    (items) => items.length > 0 && items.length <= maxReceivers && items.every(isHttpUrl),
    `1 to ${maxReceivers} http(s) URLs, separated by commas`,
  );

/** Keys of 24 to 64 bytes, as Standard Webhooks defines them. */
const webhookSecrets = list.refine(
  (items) =>
    items.length > 0 &&
    items.every((item) =>
      /^whsec_(?=.{32,88}$)[A-Za-z0-9+/]+={0,2}$|^(?!whsec_)[\x21-\x7e]{24,64}$/.test(item),
    ),
  'whsec_ and 24 to 64 bytes in base64, or a text of 24 to 64 visible ASCII characters; the new and the old one, separated by a comma',
);

const flag = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['true', 'false', '1', '0', 'yes', 'no'], 'true or false'))
  .transform((text) => ['true', '1', 'yes'].includes(text));

function number(min: number, max: number, whole: boolean) {
  const takes = `a ${whole ? 'whole ' : ''}number from ${min} to ${max}`;
  return z
    .string()
    .regex(whole ? /^\d+$/ : /^\d+(\.\d+)?$/, takes)
    .transform(Number)
    .pipe(z.number(takes).min(min, takes).max(max, takes));
}

function pattern(form: RegExp, takes: string) {
  return z.string().regex(form, takes);
}

function oneOf<const T extends readonly [string, ...string[]]>(names: T) {
  return z.enum(names, `one of ${names.join(', ')}`);
}

/** Numbers from `min` to `max`, separated by commas. */
function numbers(min: number, max: number, isWanted: (values: readonly number[]) => boolean, takes: string) {
  return list
    .refine((items) => items.every((item) => /^\d+(\.\d+)?$/.test(item)), takes)
    .transform((items) => items.map(Number))
    .refine((values) => values.every((value) => value >= min && value <= max) && isWanted(values), takes);
}

function triple(min: number, max: number) {
  const takes = `a number from ${min} to ${max}, or three of them, separated by commas`;
  return numbers(min, max, ({ length }) => length === 1 || length === 3, takes).transform(
    ([first = 0, second = first, third = first]): Triple => [first, second, third],
  );
}

/**
 * A shell would have replaced what these begin with; taken as they are, they would name a folder that is
 * called so.
 */
const folder = z
  .string()
  .refine(
    (path) => !/^~|\$[A-Za-z_{(]|^%\w+%/.test(path),
    "a path that is written out: '~' and variables are not replaced in it",
  );

const mebibyte = 1024 * 1024;

/**
 * Enough for the dearest picture that is taken, beside small ones; with all else it stays below 1.2 GB over
 * an idle server.
 */
const defaultPictureMemoryBytes = 768 * mebibyte;

/** 0..100: what makes a match with Rekognition unless it is set. */
export const defaultAwsSimilarity = 95;
/** 0..100: what Amazon's own default for a match is. */
export const defaultAwsMinSimilarity = 80;
export const defaultMaxFalseMatchRate = 0.001;

/** A century: for ever. */
const mostDays = 36_500;

/** Schema of all settings, by their names. */
export const settings = z.object({
  FACE_PROCESSING_BACKEND: oneOf(['deepface', 'aws_rekognition']).default('deepface'),
  HOST: z.string().default('127.0.0.1'),
  PORT: number(0, 65535, true).default(8000),
  DATA_DIR: folder.default('./data'),
  BLACKLIST_DB_PATH: folder.optional(),
  PROCESSED_IMAGES_OUTPUT_DIR: folder.optional(),
  CROPPED_FACES_OUTPUT_DIR: folder.optional(),
  IMAGE_ROOT: folder.optional(),
  DETECTOR_BACKEND: oneOf(detectorNames).default('mediapipe+ssd'),
  ENGINE_PROFILE: oneOf(['accurate', 'fast']).default('accurate'),
  MODEL_NAME: oneOf(modelNames).optional(),
  MODEL_PATH: folder.optional(),
  MODEL_CHANNELS: oneOf(['RGB', 'BGR']).default('RGB'),
  MODEL_MEAN: triple(0, 255).default([127.5, 127.5, 127.5]),
  MODEL_SCALE: triple(0.001, 1000).default([128, 128, 128]),
  MODEL_THRESHOLD: number(0, 2, false).optional(),
  MODEL_CALIBRATION: numbers(
    0,
    2,
    (values) => values.length >= 2 && values.every((value, at) => at === 0 || value < (values[at - 1] ?? 0)),
    'two or more cosine distances from 0 to 2, each smaller than the one before, separated by commas',
  ).optional(),
  DISTANCE_METRIC: oneOf(distanceMetrics).default('cosine'),
  // Calibrations were measured from 1 in 1,000,000 to 1 in 100.
  MAX_FALSE_MATCH_RATE: number(0.000001, 0.01, false).default(defaultMaxFalseMatchRate),
  DETECTION_CONFIDENCE_THRESHOLD: number(0, 1, false).default(0.4),
  QUALITY_FILTER: oneOf(['auto', 'none']).default('auto'),
  DRAW_BOUNDING_BOXES: flag.default(true),
  KEEP_UNMATCHED_DAYS: number(0, mostDays, true).default(30),
  KEEP_MATCHED_DAYS: number(1, mostDays, true).default(365),
  KEEP_REJECTED_DAYS: number(0, mostDays, true).default(30),
  RETENTION_CONFIRMED: flag.default(false),
  STRIP_METADATA: flag.default(true),
  RECOVERY_DAYS: number(1, 35, true).default(7),
  CROPPED_FACE_PADDING_RATIO: number(0, 10, false).default(0.4),
  ENGINE_WORKERS: number(1, 256, true).optional(),
  API_TITLE: z.string().default('Face Blacklist API'),
  API_VERSION: z.string().default('1.0.0'),
  CORS_ORIGINS: origins.default([]),
  API_TOKENS: tokens.default([]),
  ALLOW_UNAUTHENTICATED: flag.default(false),
  MIN_FREE_BYTES: number(0, 1024 ** 5, true).default(1024 * mebibyte),
  ALLOWED_HOSTS: allowedHosts.default([]),
  TRUST_PROXY: trustedProxies.default([]),
  PUBLIC_URL: publicUrl.optional(),
  MAX_REQUEST_BYTES: number(1024, 1024 * mebibyte, true).default(25 * mebibyte),
  MAX_IMAGE_BYTES: number(1024, 1024 * mebibyte, true).default(15 * mebibyte),
  PICTURE_MEMORY_BYTES: number(256 * mebibyte, 1024 * 1024 * mebibyte, true).optional(),
  EMULATE_GATEWAY_LIMITS: flag.default(false),
  WEBHOOK_URL: httpUrls.optional(),
  WEBHOOK_SECRET: webhookSecrets.optional(),
  AWS_REGION: pattern(/^[a-z0-9-]+$/, "a region's code such as eu-west-1").optional(),
  AWS_S3_BUCKET_NAME: pattern(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    "a bucket's name, of 3 to 63 small letters, digits, '.' and '-'",
  ).optional(),
  AWS_REKOGNITION_COLLECTION_ID: pattern(
    /^[a-zA-Z0-9_.-]{1,255}$/,
    'up to 255 letters, digits, ".", "_" and "-"',
  ).optional(),
  AWS_THRESHOLD: number(0, 100, false).default(defaultAwsSimilarity),
  AWS_MIN_SIMILARITY: number(50, 100, false).default(defaultAwsMinSimilarity),
  REKOGNITION_TPS: number(1, 10_000, true).default(5),
  DYNAMODB_TABLE_NAME: pattern(
    /^[a-zA-Z0-9_.-]{3,255}$/,
    '3 to 255 letters, digits, ".", "_" and "-"',
  ).optional(),
  LOG_LEVEL: oneOf(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

/**
 * Reads the settings. An empty variable counts as unset.
 * @throws ConfigError naming each setting that is wrong and what it takes.
 */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const values = parseSettings(environment);
  const dataDir = resolve(values.DATA_DIR);
  return {
    backend: values.FACE_PROCESSING_BACKEND,
    host: values.HOST,
    port: values.PORT,
    dataDir,
    blacklistDir: resolve(values.BLACKLIST_DB_PATH ?? join(dataDir, 'blacklist')),
    processedDir: resolve(values.PROCESSED_IMAGES_OUTPUT_DIR ?? join(dataDir, 'processed')),
    croppedDir: resolve(values.CROPPED_FACES_OUTPUT_DIR ?? join(dataDir, 'cropped')),
    imageRoot: environment.AWS_LAMBDA_FUNCTION_NAME ? undefined : resolve(values.IMAGE_ROOT ?? dataDir),
    detectorBackend: values.DETECTOR_BACKEND,
    engineProfile: values.ENGINE_PROFILE,
    modelName: values.MODEL_NAME ?? (values.MODEL_PATH === undefined ? defaultEngineModel : customModelName),
    customModel: customModelConfig(values),
    distanceMetric: values.DISTANCE_METRIC,
    maxFalseMatchRate: values.MAX_FALSE_MATCH_RATE,
    detectionConfidenceThreshold: values.DETECTION_CONFIDENCE_THRESHOLD,
    qualityFilter: values.QUALITY_FILTER,
    drawBoundingBoxes: values.DRAW_BOUNDING_BOXES,
    keepDays: {
      unmatched: values.KEEP_UNMATCHED_DAYS,
      matched: values.KEEP_MATCHED_DAYS,
      rejected: values.KEEP_REJECTED_DAYS,
    },
    retentionConfirmed: values.RETENTION_CONFIRMED,
    stripMetadata: values.STRIP_METADATA,
    recoveryDays: values.RECOVERY_DAYS,
    croppedFacePaddingRatio: values.CROPPED_FACE_PADDING_RATIO,
    engineWorkers: values.ENGINE_WORKERS ?? availableParallelism(),
    apiTitle: values.API_TITLE,
    apiVersion: values.API_VERSION,
    corsOrigins: values.CORS_ORIGINS,
    apiTokens: values.API_TOKENS,
    allowUnauthenticated: values.ALLOW_UNAUTHENTICATED,
    minFreeBytes: values.MIN_FREE_BYTES,
    allowedHosts: values.ALLOWED_HOSTS,
    trustedProxies: values.TRUST_PROXY,
    publicUrl: values.PUBLIC_URL,
    maxRequestBytes: values.MAX_REQUEST_BYTES,
    maxImageBytes: values.MAX_IMAGE_BYTES,
    pictureMemoryBytes:
      values.PICTURE_MEMORY_BYTES ?? pictureMemoryIn(environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE),
    emulateGatewayLimits: values.EMULATE_GATEWAY_LIMITS,
    webhooks: webhookConfig(values),
    aws: values.FACE_PROCESSING_BACKEND === 'aws_rekognition' ? awsConfig(values) : undefined,
    logLevel: values.LOG_LEVEL,
  };
}

/** @throws ConfigError naming each setting that is wrong and what it takes. */
function parseSettings(environment: Readonly<Record<string, string | undefined>>): z.output<typeof settings> {
  const given = Object.fromEntries(
    Object.keys(settings.shape)
      .map((name) => [name, withoutQuotes(environment[name]?.trim())])
      .filter(([, value]) => value),
  );
  const parsed = settings.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path: [name], message }) => {
    const setting = String(name);
    return `${setting} takes ${message}${secrets.includes(setting) ? '' : `, not '${given[setting]}'`}.`;
  });
  throw new ConfigError(lines.join('\n'));
}

/** Takes off the quotes that `docker run --env-file` and lists in compose files leave around a value. */
function withoutQuotes(value: string | undefined): string | undefined {
  return value && /^(["']).*\1$/s.test(value) && value.length > 1 ? value.slice(1, -1).trim() : value;
}

/** Returns half of a Lambda function's memory, given in MB; elsewhere a value for a small machine. */
function pictureMemoryIn(functionMemory: string | undefined): number {
  return functionMemory === undefined ? defaultPictureMemoryBytes : (Number(functionMemory) * mebibyte) / 2;
}

/** @throws ConfigError when it is asked for and not there. */
function customModelConfig(values: z.output<typeof settings>): CustomModelConfig | undefined {
  const { MODEL_PATH: path } = values;
  if (path !== undefined) {
    return {
      path: resolve(path),
      channels: values.MODEL_CHANNELS,
      means: values.MODEL_MEAN,
      scales: values.MODEL_SCALE,
      threshold: values.MODEL_THRESHOLD,
      calibration: values.MODEL_CALIBRATION,
    };
  }
  if (values.MODEL_NAME !== customModelName) return undefined;
  throw new ConfigError(`MODEL_NAME=${customModelName} is the model that MODEL_PATH names: set that too.`);
}

/** @throws ConfigError when there is nothing to sign with. */
function webhookConfig(values: z.output<typeof settings>): WebhookConfig | undefined {
  const { WEBHOOK_URL: urls, WEBHOOK_SECRET } = values;
  if (urls === undefined) return undefined;
  if (WEBHOOK_SECRET === undefined) {
    throw new ConfigError(
      'With WEBHOOK_URL, WEBHOOK_SECRET must be set: what match events are signed with, such as the output of: ' +
        'echo "whsec_$(openssl rand -base64 32)"',
    );
  }
  return { urls, secrets: WEBHOOK_SECRET };
}

/** @throws ConfigError when what it can't do without is missing. */
function awsConfig(values: z.output<typeof settings>): AwsConfig {
  const { AWS_REGION: region, AWS_S3_BUCKET_NAME: bucket } = values;
  if (region === undefined || bucket === undefined) {
    throw new ConfigError(
      'With FACE_PROCESSING_BACKEND=aws_rekognition, AWS_REGION and AWS_S3_BUCKET_NAME must be set.',
    );
  }
  return {
    region,
    bucket,
    // Two deployments in one collection would remove each other's faces; no two have the same bucket.
    collectionId: values.AWS_REKOGNITION_COLLECTION_ID ?? bucket,
    similarityThreshold: values.AWS_THRESHOLD,
    minSimilarity: values.AWS_MIN_SIMILARITY,
    rekognitionCallsPerSecond: values.REKOGNITION_TPS,
    tableName: values.DYNAMODB_TABLE_NAME,
  };
}

/** Settings that count only together with another one. */
const companions: Readonly<Record<string, string>> = {
  WEBHOOK_SECRET: 'WEBHOOK_URL',
  MODEL_CHANNELS: 'MODEL_PATH',
  MODEL_MEAN: 'MODEL_PATH',
  MODEL_SCALE: 'MODEL_PATH',
  MODEL_THRESHOLD: 'MODEL_PATH',
  MODEL_CALIBRATION: 'MODEL_PATH',
};

/** Names that other programs of this repository read. */
const otherNames = ['REKOGNITION_PORT', 'REKOGNITION_DATA_DIR'];

/**
 * Warns of variables that are nearly settings, and of settings that do nothing as things are. No value is
 * repeated.
 */
export function settingWarnings(environment: Readonly<Record<string, string | undefined>>): string[] {
  const names = [...Object.keys(settings.shape), ...otherNames];
  const isSet = (name: string) => Boolean(environment[name]?.trim());
  return Object.keys(environment)
    .filter(isSet)
    .flatMap((name) => {
      const meant = closestSetting(name, names);
      if (meant !== undefined) return `${name} is no setting, and does nothing. Is ${meant} meant?`;
      const companion = companions[name];
      const isIdle = companion !== undefined && !isSet(companion);
      return isIdle ? `${name} does nothing where ${companion} is not set.` : [];
    });
}

let loaded: { readonly config: Config; readonly warnings: readonly string[] } | undefined;

/**
 * Returns the settings of this process, from its environment and the file `.env` beside it, parsed at the
 * first call.
 * @throws ConfigError
 */
export function loadConfig(): Config {
  return load().config;
}

/**
 * Reads warnings about the settings without keeping the settings. A command may change its environment before
 * it loads them.
 * @throws ConfigError if the file `.env` can't be understood.
 */
export function readWarnings(): readonly string[] {
  return readEnvironment().warnings;
}

/** Returns warnings about settings of this process that are valid but may be mistaken. */
export function loadedWarnings(): readonly string[] {
  return load().warnings;
}

function load() {
  if (loaded === undefined) {
    const { environment, warnings } = readEnvironment();
    loaded = { config: parseConfig(environment), warnings };
  }
  return loaded;
}

/** Returns the settings of this process for another backend, for commands that copy between the two. */
export function loadConfigFor(backend: Config['backend']): Config {
  return parseConfig({ ...readDotEnv().values, ...process.env, FACE_PROCESSING_BACKEND: backend });
}

/** Reads the environment with the file `.env` behind it, and warnings about both. */
function readEnvironment() {
  const { values, warnings } = readDotEnv();
  const environment = { ...values, ...process.env };
  return { environment, warnings: [...warnings, ...settingWarnings(environment)] };
}

/** @throws ConfigError when it can't be understood. */
function readDotEnv(): EnvFile {
  const file = readEnvFile('.env', (name) => name in settings.shape);
  if (file.faults.length > 0) throw new ConfigError(file.faults.join('\n'));
  return file;
}
