import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { type Role, roles } from './contract/role.ts';
import {
  customModelName,
  type DetectorName,
  type DistanceMetric,
  defaultEngineModel,
  detectorNames,
  distanceMetrics,
  type EngineRuntime,
  engineRuntimes,
  type ModelName,
  modelNames,
} from './contract/vocabulary.ts';
import {
  allowedHosts,
  cameraNetworks,
  type PublicUrl,
  publicUrl,
  trustedProxies,
  urlNetworks,
} from './network-settings.ts';
import { defaultDetectionConfidence, detectionConfidence } from './old-settings.ts';
import {
  flag,
  folder,
  httpUrls,
  iamRoles,
  logLevel,
  mqttUrl,
  number,
  numbers,
  oneOf,
  origins,
  pattern,
  type Triple,
  tokens,
  triple,
  webhookSecrets,
} from './setting-values.ts';

/** Values of all settings, parsed once. The table in docs/settings.md lists names and defaults. */
export interface Config {
  readonly backend: 'deepface' | 'aws_rekognition';
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly blacklistDir: string;
  readonly processedDir: string;
  readonly croppedDir: string;
  /**
   * Folder that must contain every local input picture; `undefined` in a Lambda function, which has no
   * pictures on its disk.
   */
  readonly imageRoot: string | undefined;
  readonly detectorBackend: DetectorName;
  /** Profile that chooses the engine's model if the settings name none. */
  readonly engineProfile: 'accurate' | 'fast';
  readonly modelName: ModelName;
  /** The user's own model; only with `MODEL_PATH`. */
  readonly customModel: CustomModelConfig | undefined;
  readonly distanceMetric: DistanceMetric;
  /** Largest share of pairs of different people that any threshold of the embedded engine lets match. */
  readonly maxFalseMatchRate: number;
  /** Smallest confidence of a detected face, 0..1; other faces are left out. */
  readonly detectionConfidenceThreshold: number;
  /** Quality filter of reference pictures: `auto` refuses faces of low quality. */
  readonly qualityFilter: 'auto' | 'none';
  readonly drawBoundingBoxes: boolean;
  /** Retention of what is kept, in days. */
  readonly keepDays: KeepDays;
  /** Days that unmatched faces are kept to find somebody who is listed later; 0 to keep none. */
  readonly lookBackDays: number;
  /** True once somebody agreed that older data than `keepDays` allows is deleted. */
  readonly retentionConfirmed: boolean;
  /** Days for which a table or a bucket can be restored as it was; for what is told of erasures. */
  readonly recoveryDays: number;
  /** True where stored pictures carry no Exif data, thumbnails, texts or comments. */
  readonly stripMetadata: boolean;
  /** Share of the box that is added to the crop, half on each side. */
  readonly croppedFacePaddingRatio: number;
  /** Number of threads that find and compare faces; one for each core unless set. */
  readonly engineWorkers: number;
  /** Runtime of the embedded engine's networks. */
  readonly engineRuntime: EngineRuntime;
  readonly apiTitle: string;
  readonly apiVersion: string;
  readonly corsOrigins: readonly string[];
  readonly apiTokens: readonly string[];
  /** File of named tokens; none unless it is set. */
  readonly tokensFile: string | undefined;
  /** Role of a user of the user pool who is in none of the roles' groups. */
  readonly ungroupedRole: Role;
  /** Roles of callers who sign for IAM, by `user/NAME`, `role/NAME` and `*`. */
  readonly iamRoles: ReadonlyMap<string, Role>;
  /** Width of the band of near misses, in times the false match rate of the threshold. */
  readonly reviewBand: number;
  /** Number of people who must judge a match. */
  readonly reviewers: 1 | 2;
  /** Days that the audit trail is kept. */
  readonly auditDays: number;
  readonly allowUnauthenticated: boolean;
  /** Days that an entry is kept after it has expired. */
  readonly expiredDays: number;
  /** Free bytes of a disk below which the service warns. */
  readonly minFreeBytes: number;
  /** Host names, besides addresses, by which web pages may reach a service without tokens. */
  readonly allowedHosts: readonly string[];
  /** Addresses and networks of proxies whose `X-Forwarded-` headers are believed. */
  readonly trustedProxies: readonly string[];
  /** Address at which clients reach the service, if set. */
  readonly publicUrl: PublicUrl | undefined;
  readonly maxRequestBytes: number;
  readonly maxImageBytes: number;
  /** Memory in bytes for all pictures in work together. */
  readonly pictureMemoryBytes: number;
  readonly emulateGatewayLimits: boolean;
  /** File that lists the cameras; without it `cameras.json` in `dataDir`, if there is one. */
  readonly camerasFile: string | undefined;
  /** Networks in which cameras may be; any unless it is set. */
  readonly cameraNetworks: readonly string[] | undefined;
  /** Networks that pictures' addresses may lead to, besides public addresses. */
  readonly urlNetworks: readonly string[];
  /** Program that decodes video. */
  readonly ffmpegPath: string;
  /** Receivers of match events; only with `WEBHOOK_URL`. */
  readonly webhooks: WebhookConfig | undefined;
  /** Broker that gets the events too; only with `MQTT_URL`. */
  readonly mqtt: MqttConfig | undefined;
  /** Resources in AWS; only with the `aws_rekognition` backend. */
  readonly aws: AwsConfig | undefined;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

/** Broker of MQTT. */
export interface MqttConfig {
  readonly url: string;
  /** True where names of people are told, and not their ids alone. */
  readonly hasNames: boolean;
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
  /** Number of collections that the faces are in. */
  readonly collections: number;
  /** Smallest similarity of a match, 0..100, unless a request asks for another. */
  readonly similarityThreshold: number;
  /** Smallest similarity that any threshold may mean, 0..100. */
  readonly minSimilarity: number;
  /** Limit on this process's calls to Rekognition in one second. */
  readonly rekognitionCallsPerSecond: number;
  /** Table of the records; without one, they are in SQLite in `dataDir`. */
  readonly tableName: string | undefined;
}

/** Receivers of match events. */
export interface WebhookConfig {
  /** URLs (http or https), each once. They may contain secrets, so only their origins are logged. */
  readonly urls: readonly string[];
  /**
   * Keys that sign events, the newest first. They have the format of Standard Webhooks (`whsec_` and base64),
   * or are plain text.
   */
  readonly secrets: readonly string[];
}

/** The user's own embedding model: an ONNX file, and the way it takes a face. */
export interface CustomModelConfig {
  readonly path: string;
  /** Order of its channels. */
  readonly channels: 'RGB' | 'BGR';
  /** Means of its channels, in its order. A pixel's value v, 0..255, becomes (v - mean) / scale. */
  readonly means: Triple;
  readonly scales: Triple;
  /** Largest cosine distance of a match. It is required to serve matches, but not to measure the model. */
  readonly threshold: number | undefined;
  /** Cosine distances within which 1 in 100, 1,000, 10,000 … pairs of different people lie. */
  readonly calibration: readonly number[] | undefined;
}

/** A setting has a value that it does not accept; the message names the setting and the accepted values. */
export class ConfigError extends Error {}

/** Settings whose values no message may repeat. */
const secrets: readonly string[] = ['API_TOKENS', 'WEBHOOK_URL', 'WEBHOOK_SECRET', 'MQTT_URL'];

const mebibyte = 1024 * 1024;

/**
 * Memory for pictures on a machine. It suffices for the largest picture allowed, beside small ones. The whole
 * server then takes less than 1.2 GB more than when idle.
 */
const defaultPictureMemoryBytes = 768 * mebibyte;

/** Default similarity of a match with Rekognition, 0..100. */
export const defaultAwsSimilarity = 95;
/** Limit on the number of collections of faces; each takes part in every search. */
export const maxCollections = 16;
/** Amazon's own default similarity of a match, 0..100. */
export const defaultAwsMinSimilarity = 80;
export const defaultMaxFalseMatchRate = 0.001;
export const defaultDetector = 'mediapipe+ssd';

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
  DETECTOR_BACKEND: oneOf(detectorNames).default(defaultDetector),
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
  DETECTION_CONFIDENCE_THRESHOLD: number(0, 1, false).default(defaultDetectionConfidence),
  QUALITY_FILTER: oneOf(['auto', 'none']).default('auto'),
  DRAW_BOUNDING_BOXES: flag.default(true),
  KEEP_UNMATCHED_DAYS: number(0, mostDays, true).default(30),
  KEEP_MATCHED_DAYS: number(1, mostDays, true).default(365),
  KEEP_REJECTED_DAYS: number(0, mostDays, true).default(30),
  LOOK_BACK_DAYS: number(0, mostDays, true).default(0),
  RETENTION_CONFIRMED: flag.default(false),
  STRIP_METADATA: flag.default(true),
  RECOVERY_DAYS: number(1, 35, true).default(7),
  CROPPED_FACE_PADDING_RATIO: number(0, 10, false).default(0.4),
  ENGINE_WORKERS: number(1, 256, true).optional(),
  ENGINE_RUNTIME: oneOf(engineRuntimes).default('auto'),
  API_TITLE: z.string().default('Face Blacklist API'),
  API_VERSION: z.string().default('1.0.0'),
  CORS_ORIGINS: origins.default([]),
  API_TOKENS: tokens.default([]),
  API_TOKENS_FILE: folder.optional(),
  UNGROUPED_ROLE: oneOf(roles).default('admin'),
  IAM_ROLES: iamRoles.default(new Map()),
  REVIEW_BAND: number(1, 1000, false).default(10),
  REVIEWERS: number(1, 2, true).default(1),
  AUDIT_DAYS: number(1, 36_500, true).default(365),
  ALLOW_UNAUTHENTICATED: flag.default(false),
  EXPIRED_DAYS: number(0, 3650, true).default(7),
  MIN_FREE_BYTES: number(0, 1024 ** 5, true).default(1024 * mebibyte),
  ALLOWED_HOSTS: allowedHosts.default([]),
  TRUST_PROXY: trustedProxies.default([]),
  PUBLIC_URL: publicUrl.optional(),
  MAX_REQUEST_BYTES: number(1024, 1024 * mebibyte, true).default(25 * mebibyte),
  MAX_IMAGE_BYTES: number(1024, 1024 * mebibyte, true).default(15 * mebibyte),
  PICTURE_MEMORY_BYTES: number(256 * mebibyte, 1024 * 1024 * mebibyte, true).optional(),
  EMULATE_GATEWAY_LIMITS: flag.default(false),
  CAMERAS: folder.optional(),
  CAMERA_NETWORKS: cameraNetworks.optional(),
  URL_NETWORKS: urlNetworks.optional(),
  FFMPEG_PATH: folder.default('ffmpeg'),
  WEBHOOK_URL: httpUrls.optional(),
  WEBHOOK_SECRET: webhookSecrets.optional(),
  MQTT_URL: mqttUrl.optional(),
  MQTT_NAMES: flag.default(false),
  AWS_REGION: pattern(/^[a-z0-9-]+$/, "a region's code such as eu-west-1").optional(),
  AWS_S3_BUCKET_NAME: pattern(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    "a bucket's name, of 3 to 63 small letters, digits, '.' and '-'",
  ).optional(),
  AWS_REKOGNITION_COLLECTION_ID: pattern(
    /^[a-zA-Z0-9_.-]{1,255}$/,
    'up to 255 letters, digits, ".", "_" and "-"',
  ).optional(),
  REKOGNITION_COLLECTIONS: number(1, maxCollections, true).default(1),
  AWS_THRESHOLD: number(0, 100, false).default(defaultAwsSimilarity),
  AWS_MIN_SIMILARITY: number(50, 100, false).default(defaultAwsMinSimilarity),
  REKOGNITION_TPS: number(1, 10_000, true).default(5),
  DYNAMODB_TABLE_NAME: pattern(
    /^[a-zA-Z0-9_.-]{3,255}$/,
    '3 to 255 letters, digits, ".", "_" and "-"',
  ).optional(),
  LOG_LEVEL: logLevel.default('info'),
});

/**
 * Parses the settings. An empty variable counts as unset.
 * @throws ConfigError that names each wrong setting, and the values that it accepts
 */
export function parseConfig(environment: Environment): Config {
  const values = parseSettings(environment);
  return {
    backend: values.FACE_PROCESSING_BACKEND,
    ...foldersOf(values, environment),
    ...recognitionOf(values, environment),
    ...retentionOf(values),
    ...accessOf(values),
    ...limitsOf(values, environment),
    drawBoundingBoxes: values.DRAW_BOUNDING_BOXES,
    croppedFacePaddingRatio: values.CROPPED_FACE_PADDING_RATIO,
    apiTitle: values.API_TITLE,
    apiVersion: values.API_VERSION,
    reviewBand: values.REVIEW_BAND,
    reviewers: values.REVIEWERS === 2 ? 2 : 1,
    camerasFile: values.CAMERAS && resolve(values.CAMERAS),
    ffmpegPath: values.FFMPEG_PATH,
    webhooks: webhookConfig(values),
    mqtt: values.MQTT_URL === undefined ? undefined : { url: values.MQTT_URL, hasNames: values.MQTT_NAMES },
    aws: values.FACE_PROCESSING_BACKEND === 'aws_rekognition' ? awsConfig(values) : undefined,
    logLevel: values.LOG_LEVEL,
  };
}

type Settings = z.output<typeof settings>;
type Environment = Readonly<Record<string, string | undefined>>;

function foldersOf(values: Settings, { AWS_LAMBDA_FUNCTION_NAME }: Environment) {
  const dataDir = resolve(values.DATA_DIR);
  return {
    dataDir,
    blacklistDir: resolve(values.BLACKLIST_DB_PATH ?? join(dataDir, 'blacklist')),
    processedDir: resolve(values.PROCESSED_IMAGES_OUTPUT_DIR ?? join(dataDir, 'processed')),
    croppedDir: resolve(values.CROPPED_FACES_OUTPUT_DIR ?? join(dataDir, 'cropped')),
    imageRoot: AWS_LAMBDA_FUNCTION_NAME ? undefined : resolve(values.IMAGE_ROOT ?? dataDir),
  };
}

/** Collects the settings by which faces are found and compared. */
function recognitionOf(values: Settings, environment: Environment) {
  return {
    detectorBackend: values.DETECTOR_BACKEND,
    engineProfile: values.ENGINE_PROFILE,
    modelName: values.MODEL_NAME ?? (values.MODEL_PATH === undefined ? defaultEngineModel : customModelName),
    customModel: customModelConfig(values),
    distanceMetric: values.DISTANCE_METRIC,
    maxFalseMatchRate: values.MAX_FALSE_MATCH_RATE,
    detectionConfidenceThreshold: detectionConfidence(values.DETECTION_CONFIDENCE_THRESHOLD, environment),
    qualityFilter: values.QUALITY_FILTER,
    engineWorkers: values.ENGINE_WORKERS ?? availableParallelism(),
    engineRuntime: values.ENGINE_RUNTIME,
  };
}

/** Collects the settings of what is kept, and for how long. */
function retentionOf(values: Settings) {
  return {
    keepDays: {
      unmatched: values.KEEP_UNMATCHED_DAYS,
      matched: values.KEEP_MATCHED_DAYS,
      rejected: values.KEEP_REJECTED_DAYS,
    },
    lookBackDays: lookBackDays(values),
    retentionConfirmed: values.RETENTION_CONFIRMED,
    stripMetadata: values.STRIP_METADATA,
    recoveryDays: values.RECOVERY_DAYS,
    auditDays: values.AUDIT_DAYS,
    expiredDays: values.EXPIRED_DAYS,
  };
}

/** Collects the settings of who may reach the service, from where, and what it may reach itself. */
function accessOf(values: Settings) {
  return {
    host: values.HOST,
    port: values.PORT,
    corsOrigins: values.CORS_ORIGINS,
    apiTokens: values.API_TOKENS,
    tokensFile: values.API_TOKENS_FILE && resolve(values.API_TOKENS_FILE),
    ungroupedRole: values.UNGROUPED_ROLE,
    iamRoles: values.IAM_ROLES,
    allowUnauthenticated: values.ALLOW_UNAUTHENTICATED,
    allowedHosts: values.ALLOWED_HOSTS,
    trustedProxies: values.TRUST_PROXY,
    publicUrl: values.PUBLIC_URL,
    cameraNetworks: values.CAMERA_NETWORKS,
    urlNetworks: values.URL_NETWORKS ?? [],
  };
}

function limitsOf(values: Settings, { AWS_LAMBDA_FUNCTION_MEMORY_SIZE }: Environment) {
  return {
    minFreeBytes: values.MIN_FREE_BYTES,
    maxRequestBytes: values.MAX_REQUEST_BYTES,
    maxImageBytes: values.MAX_IMAGE_BYTES,
    pictureMemoryBytes: values.PICTURE_MEMORY_BYTES ?? pictureMemoryIn(AWS_LAMBDA_FUNCTION_MEMORY_SIZE),
    emulateGatewayLimits: values.EMULATE_GATEWAY_LIMITS,
  };
}

/**
 * Parses the values of all settings.
 * @throws ConfigError that names each wrong setting, and the values that it accepts
 */
function parseSettings(environment: Environment): Settings {
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

/**
 * Returns the days of the look-back.
 * @throws ConfigError when faces would be kept longer than their pictures, or no record could name them
 */
function lookBackDays(values: Settings): number {
  const { LOOK_BACK_DAYS: days, KEEP_UNMATCHED_DAYS, KEEP_MATCHED_DAYS, FACE_PROCESSING_BACKEND } = values;
  const most = Math.min(KEEP_UNMATCHED_DAYS, KEEP_MATCHED_DAYS);
  if (days > most) {
    const setting = KEEP_UNMATCHED_DAYS === most ? 'KEEP_UNMATCHED_DAYS' : 'KEEP_MATCHED_DAYS';
    throw new ConfigError(
      `LOOK_BACK_DAYS takes at most ${most}, not ${days}: ${setting}=${most} keeps the pictures no longer, and faces go with them.`,
    );
  }
  if (days > 0 && FACE_PROCESSING_BACKEND !== 'deepface' && values.DYNAMODB_TABLE_NAME === undefined) {
    throw new ConfigError(
      `LOOK_BACK_DAYS with FACE_PROCESSING_BACKEND=${FACE_PROCESSING_BACKEND} wants DYNAMODB_TABLE_NAME: only a table names the faces that a collection keeps.`,
    );
  }
  return days;
}

/** Removes the quotes that `docker run --env-file` and lists in compose files leave around a value. */
function withoutQuotes(value: string | undefined): string | undefined {
  return value && /^(["']).*\1$/s.test(value) && value.length > 1 ? value.slice(1, -1).trim() : value;
}

/** Returns half of a Lambda function's memory, given in MB; elsewhere a value for a small machine. */
function pictureMemoryIn(functionMemory: string | undefined): number {
  return functionMemory === undefined ? defaultPictureMemoryBytes : (Number(functionMemory) * mebibyte) / 2;
}

/**
 * Collects the settings of the user's own model.
 * @throws ConfigError when the model is named, but has no file
 */
function customModelConfig(values: Settings): CustomModelConfig | undefined {
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

/**
 * Collects the settings of the webhooks.
 * @throws ConfigError when there is no key to sign with
 */
function webhookConfig(values: Settings): WebhookConfig | undefined {
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

/**
 * Collects the settings of AWS.
 * @throws ConfigError when a required one is missing
 */
function awsConfig(values: Settings): AwsConfig {
  const { AWS_REGION: region, AWS_S3_BUCKET_NAME: bucket } = values;
  if (region === undefined || bucket === undefined) {
    throw new ConfigError(
      'With FACE_PROCESSING_BACKEND=aws_rekognition, AWS_REGION and AWS_S3_BUCKET_NAME must be set.',
    );
  }
  return {
    region,
    bucket,
    // Two deployments with one collection would remove each other's faces. Each has its own bucket, so the
    // bucket's name is a safe default.
    collectionId: values.AWS_REKOGNITION_COLLECTION_ID ?? bucket,
    collections: values.REKOGNITION_COLLECTIONS,
    similarityThreshold: values.AWS_THRESHOLD,
    minSimilarity: values.AWS_MIN_SIMILARITY,
    rekognitionCallsPerSecond: values.REKOGNITION_TPS,
    tableName: values.DYNAMODB_TABLE_NAME,
  };
}
