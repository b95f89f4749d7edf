import { isAnyUnknown, unknownKeptWarning } from '../blacklist/orphans.ts';
import type { Config } from '../config.ts';
import type { Status, WebhookStatus } from '../contract/endpoints/status.ts';
import type { MatchDefaults } from '../faces/comparing.ts';
import type { EngineFigures, FaceBackend } from '../faces/port.ts';
import { retentionWarning } from '../processing/retention.ts';
import type { TimeDisorder } from '../records/processed.ts';
import type { RetentionNote, UnknownKept } from '../records/sweep-notes.ts';
import { clockWarning, diskWarning, type LowDisk } from './machine.ts';
import { accusingEntries } from './reviews.ts';

/** Facts that warnings are derived from. */
export interface Situation {
  readonly config: Config;
  readonly authentication: Status['settings']['authentication'];
  readonly health: Status['health'];
  readonly counts: Status['counts'];
  readonly faces: Pick<FaceBackend, 'modelId' | 'defaults'>;
  readonly engine: EngineFigures | undefined;
  readonly webhooks: readonly WebhookStatus[] | null;
  readonly disorder?: TimeDisorder | undefined;
  readonly disks?: readonly LowDisk[];
  readonly reviews?: Status['reviews'];
  readonly retention?: RetentionNote | undefined;
  readonly unknownKept?: UnknownKept | undefined;
}

/** Share of strangers, 0..1, that are falsely matched, above which the operator is warned. */
const manyStopped = 0.05;
/**
 * False match rate above which a model's default threshold is called loose. Such thresholds come from
 * DeepFace's table.
 */
const looseRate = 1 / 10_000;

/**
 * Returns warnings for the person who runs the service, in words that need no programming. The worst come
 * first.
 */
export function warningsOf(situation: Situation): string[] {
  const {
    config,
    authentication,
    health,
    counts,
    faces,
    engine,
    webhooks,
    disorder,
    disks = [],
    reviews,
    retention,
    unknownKept,
  } = situation;
  return [
    health.status === 'failing' && `The service does not work as it should: ${health.detail}`,
    ...disks.map(diskWarning),
    unknownKept && isAnyUnknown(unknownKept) && unknownKeptWarning(unknownKept),
    retentionWarning(retention),
    authentication === 'none' && openDoor(config),
    ...(webhooks ?? []).flatMap(troubledReceiver),
    ...(reviews ? accusingEntries(reviews) : []),
    heldThreshold(config, faces),
    changedThreshold(faces.defaults),
    looseModel(faces),
    falseMatchWarning(faces.defaults, counts),
    config.qualityFilter === 'none' &&
      'Reference pictures are taken however poor they are (QUALITY_FILTER=none). A blurred or dark one may not find its person, and may accuse ' +
        'others whose pictures are as poor.',
    engine && missingFaces(engine, counts),
    disorder && clockWarning(disorder),
    !config.aws &&
      faces.modelId !== config.modelName &&
      `MODEL_NAME asks for ${config.modelName}, which this service does not have: ${faces.modelId} is used.`,
  ].filter((warning) => typeof warning === 'string');
}

/** Milliseconds after which a waiting event is reported: its receiver has more than a short interruption. */
const lateMs = 5 * 60_000;

function troubledReceiver(webhook: WebhookStatus): string[] {
  const { receiver, pending, oldest_pending: oldest, given_up: givenUp, last_error: error } = webhook;
  const isLate = oldest !== null && Date.now() - Date.parse(oldest) > lateMs;
  const warnings: string[] = [];
  if (isLate) {
    const why = error === null ? '' : ` The last attempt failed: ${error}`;
    warnings.push(`${receiver} has not been told of ${pending} matches, the oldest of ${oldest}.${why}`);
  }
  if (givenUp > 0) {
    warnings.push(`${receiver} was never told of ${givenUp} matches: it did not take them for three days.`);
  }
  return warnings;
}

function openDoor({ allowUnauthenticated, host }: Config): string {
  const isOpen = allowUnauthenticated && !/^(localhost|::1|127\..*)$/.test(host);
  return isOpen
    ? 'Nobody is asked for a token: whoever reaches this service over the network can see the list and the pictures, and change them. ' +
        'Something in front of it must keep strangers out; or set API_TOKENS.'
    : 'Nobody is asked for a token: every program and every person who uses this computer can see the list and the pictures, and change them. ' +
        'Set API_TOKENS to change that.';
}

/** Returns a warning about a configured threshold that is looser than the limit. */
function heldThreshold({ aws, maxFalseMatchRate }: Config, { modelId, defaults }: Situation['faces']) {
  const { threshold, configuredThreshold } = defaults;
  if (configuredThreshold <= threshold) return undefined;
  if (aws) {
    return (
      `AWS_THRESHOLD is ${aws.similarityThreshold}, less than any threshold may be: a similarity of ${aws.minSimilarity} is used ` +
      '(AWS_MIN_SIMILARITY).'
    );
  }
  const [configured, used] = [configuredThreshold, threshold].map((value) => Number(value.toFixed(4)));
  return (
    `The threshold of ${modelId} is ${configured}, looser than any may be: ${used} is used, with which ${oneIn(maxFalseMatchRate)} comparisons ` +
    "with somebody else's picture match (MAX_FALSE_MATCH_RATE)."
  );
}

function changedThreshold(defaults: MatchDefaults): string | undefined {
  const { threshold, defaultThreshold, falseMatchRate, defaultFalseMatchRate } = defaults;
  const difference = threshold - defaultThreshold;
  if (Math.abs(difference) < 1e-9) return undefined;
  const rates =
    falseMatchRate === null || defaultFalseMatchRate === null
      ? ''
      : ` Of comparisons with somebody else's picture ${oneIn(falseMatchRate)} match; by default ${oneIn(defaultFalseMatchRate)}.`;
  const [shown, usual] = [threshold, defaultThreshold].map((value) => Number(value.toFixed(4)));
  return difference > 0
    ? `The threshold is looser than the default (${shown}, not ${usual}): more innocent people are stopped.${rates}`
    : `The threshold is stricter than the default (${shown}, not ${usual}): more of those who are listed are missed.${rates}`;
}

/** Returns a warning about a model whose default threshold is loose. */
function looseModel({ modelId, defaults }: Situation['faces']): string | undefined {
  const { threshold, defaultThreshold, falseMatchRate } = defaults;
  if (falseMatchRate === null || falseMatchRate <= looseRate || threshold > defaultThreshold)
    return undefined;
  return (
    `With ${modelId} the usual threshold is a loose one: of comparisons with somebody else's picture ${oneIn(falseMatchRate)} match, and so innocent ` +
    'people are stopped more often than with Fusion.'
  );
}

/**
 * Returns a warning if many strangers will match somebody, because each is compared with every listed
 * picture.
 */
function falseMatchWarning(
  { falseMatchRate }: MatchDefaults,
  { images }: Status['counts'],
): string | undefined {
  if (falseMatchRate === null || images === null) return undefined;
  const stopped = 1 - (1 - falseMatchRate) ** images;
  if (stopped < manyStopped) return undefined;
  return (
    `So many pictures are listed (${images}) that, by the threshold in use, about ${Math.round(100 * stopped)} of 100 strangers will look like ` +
    'somebody on the list. A stricter threshold makes it fewer.'
  );
}

function missingFaces({ enrolled }: EngineFigures, { images }: Status['counts']): string | undefined {
  const missing = (images ?? 0) - enrolled;
  if (missing <= 0) return undefined;
  return (
    `${missing} of the ${images} reference pictures can't be recognised yet, for the model has changed or something was broken off. The service mends ` +
    'that by itself within about an hour; npm run sweep does it at once.'
  );
}

function oneIn(rate: number): string {
  if (rate > 1 / 100) return 'more than 1 in 100';
  if (rate < 1 / 1_000_000) return 'fewer than 1 in 1,000,000';
  return `1 in ${Number((1 / rate).toPrecision(2)).toLocaleString('en')}`;
}
