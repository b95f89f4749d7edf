import { settings } from '../../lib/config.ts';
import { shownDefault } from './shown-default.ts';

/** The tables of docs/privacy.md that depend on the settings. `npm run docs` writes them into the page. */

type Name = keyof typeof settings.shape;

/** Something that is kept of people. */
interface Kept {
  readonly what: string;
  readonly onMachine: string;
  readonly inAws: string;
  /** End of the keeping: the setting that says how many days, or words. */
  readonly until: Name | string;
}

const kept: readonly Kept[] = [
  {
    what: 'listed people: name, reason, notes, category, severity, dates, who listed and changed them',
    onMachine: 'the database',
    inAws: 'the table',
    until: 'they are deleted',
  },
  {
    what: 'listed people who have expired',
    onMachine: 'the same',
    inAws: 'the same',
    until: 'EXPIRED_DAYS',
  },
  {
    what: 'their reference pictures',
    onMachine: '`BLACKLIST_DB_PATH`',
    inAws: '`blacklist/` in the bucket',
    until: 'they are deleted',
  },
  {
    what: 'their faces as numbers',
    onMachine: 'the database',
    inAws: 'the Rekognition collection',
    until: 'they are deleted',
  },
  {
    what: 'processed pictures without a match: result, picture, copy, crop',
    onMachine: 'the database, `PROCESSED_IMAGES_OUTPUT_DIR`, `CROPPED_FACES_OUTPUT_DIR`',
    inAws: 'the table, `processed/`, `cropped/`',
    until: 'KEEP_UNMATCHED_DAYS',
  },
  {
    what: 'processed pictures with a match',
    onMachine: 'the same',
    inAws: 'the same',
    until: 'KEEP_MATCHED_DAYS',
  },
  {
    what: 'smaller pictures, made when somebody looks at one of these',
    onMachine: 'beside it',
    inAws: 'beside it',
    until: 'as that picture',
  },
  {
    what: 'near misses: who was nearly matched in a picture without a match',
    onMachine: 'with its record',
    inAws: 'with its record',
    until: 'as that picture',
  },
  {
    what: 'faces as numbers of people who matched nobody, for a look-back',
    onMachine: 'the database',
    inAws: 'a collection of Rekognition of its own',
    until: 'LOOK_BACK_DAYS',
  },
  {
    what: 'answers kept for requests with an `Idempotency-Key`, encrypted with that key',
    onMachine: 'the database',
    inAws: 'the table',
    until: 'a day; told no more once a record or an entry of theirs is gone',
  },
  {
    what: 'reviews: who judged a match, when, verdict and note',
    onMachine: 'the database',
    inAws: 'the table',
    until: 'as their picture',
  },
  {
    what: 'counts of verdicts by entry id and day',
    onMachine: 'the database',
    inAws: 'the table',
    until: '90 days',
  },
  {
    what: "the audit trail: who (a token's name, or a user's mail address in AWS) did what, when, with ids alone",
    onMachine: 'the database',
    inAws: 'the table',
    until: 'AUDIT_DAYS',
  },
  {
    what: 'files in the inbox',
    onMachine: '`DATA_DIR/inbox/`',
    inAws: '`inbox/`',
    until: 'they are indexed; in AWS 30 days at most',
  },
  {
    what: 'files that could not be used',
    onMachine: '`DATA_DIR/rejected/`',
    inAws: '`rejected/`',
    until: 'KEEP_REJECTED_DAYS',
  },
  {
    what: 'large pictures sent to be processed',
    onMachine: '`DATA_DIR/uploads/`',
    inAws: '`uploads/`',
    until: 'a day',
  },
  {
    what: 'views of people that `npm run watch -- --api` could not send yet, encrypted',
    onMachine: '`DATA_DIR/outgoing/`',
    inAws: '',
    until: 'they are sent; an hour at most',
  },
  {
    what: 'events that receivers have not taken',
    onMachine: 'the database: ids alone',
    inAws: "the table's stream: a day",
    until: 'delivery, or three days',
  },
  {
    what: 'erasures: ids, times and counts',
    onMachine: 'the database',
    inAws: 'the table',
    until: 'for good',
  },
  {
    what: "deleted versions of objects, and the table's earlier states",
    onMachine: '',
    inAws: 'the bucket, point-in-time recovery',
    until: 'RECOVERY_DAYS',
  },
  {
    what: 'messages of the inbox',
    onMachine: '',
    inAws: 'a queue: keys; where they failed, hashes of keys',
    until: 'a minute, or 14 days',
  },
  {
    what: 'access logs of the bucket',
    onMachine: '',
    inAws: 'keys and addresses, only with `-c accessLogs`',
    until: '90 days',
  },
  { what: 'logs', onMachine: 'ids, counts, times', inAws: 'the same, 30 days', until: 'as you keep them' },
];

/** People for whom a setting matters. */
const roles: Partial<Record<Name, string>> = {
  KEEP_UNMATCHED_DAYS: 'everybody who passes. With 0, nothing of them is ever written',
  KEEP_MATCHED_DAYS: 'who was matched, rightly or not',
  KEEP_REJECTED_DAYS: 'whose picture was put into the inbox and could not be used',
  LOOK_BACK_DAYS:
    'everybody who passes: their faces are kept as numbers, which are biometric data, to find them should they be listed. Leave it at 0 unless that is what you assessed',
  EXPIRED_DAYS: 'who was listed for a time that is over',
  RETENTION_CONFIRMED: 'the operator: begins with a deletion that was announced',
  STRIP_METADATA: 'who took the picture, and where',
  RECOVERY_DAYS: 'everybody who is deleted in AWS: so long a backup can bring them back',
  AUDIT_DAYS: 'who works with the service, and who wants to know who looked at them',
  REVIEWERS: 'who was matched: how many people must say so',
  REVIEW_BAND: 'who is nearly matched: how many strangers are shown as near misses',
  DRAW_BOUNDING_BOXES: 'how many copies of a face there are',
  CROPPED_FACE_PADDING_RATIO: 'how much a crop shows',
  WEBHOOK_URL: 'who was matched: who is told of it, with the name',
  MQTT_URL: 'who was matched: everybody who may read the broker is told of it, by id',
  MQTT_NAMES: 'who was matched: whether readers of the broker get the name too',
  CAMERAS: 'everybody who passes a camera',
  CAMERA_NETWORKS: 'everybody near a camera that a client of the API may add',
  URL_NETWORKS: 'who is in pictures on those machines: clients may have them read',
  FACE_PROCESSING_BACKEND: 'everybody: with `aws_rekognition`, Amazon gets every picture and keeps the faces',
  AWS_S3_BUCKET_NAME: 'everybody, in AWS mode: pictures are kept there',
  AWS_REKOGNITION_COLLECTION_ID: 'who is listed, in AWS mode: faces are kept there',
  DYNAMODB_TABLE_NAME: 'everybody, in AWS mode: records are kept there',
  API_TOKENS_FILE: 'who may look, and under which name',
  UNGROUPED_ROLE: 'who may look in AWS without being in a group',
  IAM_ROLES: 'who may look in AWS, by a signed request',
  MAX_FALSE_MATCH_RATE: 'who looks like somebody else',
  AWS_MIN_SIMILARITY: 'who looks like somebody else',
  QUALITY_FILTER: 'who looks like somebody on a bad reference picture',
};

function untilOf(until: string): string {
  if (!(until in settings.shape)) return until;
  const days = settings.shape[until as Name].safeParse(undefined).data;
  return days === 0 ? `\`${until}\`, 0: never kept` : `\`${until}\`, ${String(days)} days`;
}

const tables = {
  kept: () => [
    '| what | where on one machine | where in AWS | until |',
    '| --- | --- | --- | --- |',
    ...kept.map(({ what, onMachine, inAws, until }) => {
      return `| ${what} | ${onMachine} | ${inAws} | ${untilOf(until)} |`;
    }),
  ],
  roles: () => [
    '| setting | default | for whom it matters |',
    '| --- | --- | --- |',
    ...Object.entries(roles).map(([name, whom]) => {
      const value = settings.shape[name as Name].safeParse(undefined).data;
      return `| \`${name}\` | ${shownDefault(value)} | ${whom} |`;
    }),
  ],
};

/**
 * Returns the page with its tables as the settings have them now. Each stands between two comments.
 * @throws Error when the page has no place for a table
 */
export function privacyPage(page: string): string {
  let written = page;
  for (const [name, rows] of Object.entries(tables)) {
    const [begin, end] = [`<!-- ${name}: npm run docs -->`, `<!-- end of ${name} -->`];
    const [from, to] = [written.indexOf(begin), written.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`docs/privacy.md has no "${begin}" before "${end}".`);
    written = `${written.slice(0, from + begin.length)}\n\n${rows().join('\n')}\n\n${written.slice(to)}`;
  }
  return written;
}
