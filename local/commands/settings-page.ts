/**
 * Command: writes docs/settings.md, .env.example and the tables of docs/privacy.md from the settings' schema.
 * usage: npm run docs
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { settings } from '../../lib/config.ts';
import { privacyPage } from './privacy-page.ts';
import { shownDefault } from './shown-default.ts';

type Name =
  | keyof typeof settings.shape
  | 'REKOGNITION_PORT'
  | 'REKOGNITION_HOST'
  | 'REKOGNITION_DATA_DIR'
  | 'REKOGNITION_CONSISTENCY_MS';
interface Group {
  readonly title: string;
  readonly intro?: string;
  readonly settings: Partial<Record<Name, string>>;
}

/** Defaults that depend on something else, or are not in the schema. */
const defaults: Partial<Record<Name, string>> = {
  BLACKLIST_DB_PATH: '`blacklist` in `DATA_DIR`',
  PROCESSED_IMAGES_OUTPUT_DIR: '`processed` in `DATA_DIR`',
  CROPPED_FACES_OUTPUT_DIR: '`cropped` in `DATA_DIR`',
  IMAGE_ROOT: '`DATA_DIR`',
  MODEL_NAME: '`Fusion`',
  MODEL_CALIBRATION: 'estimated from `MODEL_THRESHOLD`',
  ENGINE_WORKERS: 'one for each core',
  CAMERAS: '`cameras.json` in `DATA_DIR`, if it is there',
  PICTURE_MEMORY_BYTES: '`805306368` (768 MiB); in Lambda half of the memory',
  AWS_REKOGNITION_COLLECTION_ID: "the bucket's name",
  MODEL_MEAN: '`127.5`',
  MODEL_SCALE: '`128`',
  REKOGNITION_PORT: '`4600`',
  REKOGNITION_HOST: '`127.0.0.1`',
  REKOGNITION_CONSISTENCY_MS: '`0`',
  REKOGNITION_DATA_DIR: '`./data/rekognition`',
};

/** Descriptions of the values, for settings whose schema takes any text. */
const values: Partial<Record<Name, string>> = {
  HOST: 'an address or a host name',
  API_TOKENS_FILE: 'a file, written out',
  DATA_DIR: 'a folder, written out',
  BLACKLIST_DB_PATH: 'a folder, written out',
  PROCESSED_IMAGES_OUTPUT_DIR: 'a folder, written out',
  CROPPED_FACES_OUTPUT_DIR: 'a folder, written out',
  IMAGE_ROOT: 'a folder, written out',
  MODEL_PATH: 'an ONNX file, written out',
  CAMERAS: 'a JSON file, written out',
  FFMPEG_PATH: 'a program, by its name or written out',
  API_TITLE: 'a text',
  API_VERSION: 'a text',
  REKOGNITION_PORT: 'a whole number from 0 to 65535',
  REKOGNITION_HOST: 'an address',
  REKOGNITION_CONSISTENCY_MS: 'a whole number from 0 to 600000',
  REKOGNITION_DATA_DIR: 'a folder',
};

const groups: readonly Group[] = [
  {
    title: 'Service',
    settings: {
      FACE_PROCESSING_BACKEND: 'Selects the mode.',
      HOST: 'Address on which the service listens. Any other than loopback needs `API_TOKENS` or `ALLOW_UNAUTHENTICATED`.',
      PORT: 'Port on which the service listens. 0 takes a free one.',
      LOG_LEVEL: 'Least level of what is logged.',
      API_TITLE: "Title in the API's description and welcome.",
      API_VERSION: "Version in the API's description.",
    },
  },
  {
    title: 'Access',
    settings: {
      API_TOKENS:
        'Bearer tokens of administrators, each of at least 16 characters. With any set, every route but `/healthz`, `GET /` and the files of `/console/` wants one.',
      API_TOKENS_FILE:
        'File of named tokens with [roles](operations.md#tokens-and-roles), which `npm run token` writes. It is read again when it changes.',
      UNGROUPED_ROLE: "Role of a user of Cognito's user pool who is in no group that is called like a role.",
      IAM_ROLES:
        '[Roles](aws.md#roles) of callers who sign for IAM: `role/NAME=desk,user/NAME=check,*=metrics`. Without it each is `admin`, and with it others are `metrics`.',
      ALLOW_UNAUTHENTICATED:
        'Allows a start off loopback without tokens, behind something else that keeps strangers out.',
      ALLOWED_HOSTS:
        'Host names by which clients may reach a service without tokens, besides addresses, `localhost` and the host of `PUBLIC_URL`.',
      CORS_ORIGINS: 'Origins whose web pages may call the API.',
      TRUST_PROXY:
        'Proxies whose `X-Forwarded-For`, `-Proto`, `-Host`, `-Prefix` and `Forwarded` count. With `true` the proxy must replace them.',
      PUBLIC_URL:
        'Address of the service as clients know it, with its path. It wins over `TRUST_PROXY`, and is used in forms, picture addresses and redirects.',
    },
  },
  {
    title: 'Data',
    intro:
      'The service needs to make, read and write these folders. A folder of pictures is empty at first, and belongs to one `DATA_DIR` from then on. None is in another, or in the inbox.',
    settings: {
      DATA_DIR: 'Folder of the database, and of all folders whose own setting is unset.',
      BLACKLIST_DB_PATH: 'Folder of the reference pictures.',
      PROCESSED_IMAGES_OUTPUT_DIR: 'Folder of the processed pictures.',
      CROPPED_FACES_OUTPUT_DIR: 'Folder of the cropped faces.',
      URL_NETWORKS:
        'Networks of which pictures are read by address too, from any port, besides ports 80 and 443 of public addresses. Every address is checked at the connection; link-local ones stay refused.',
      IMAGE_ROOT: 'Folder below which pictures given by path must lie.',
      REVIEW_BAND:
        'Band above the threshold in which the nearest entry is a [near miss](api.md#near-misses), in times the false match rate of the threshold. 1 for none. It counts in both modes.',
      REVIEWERS:
        'People who must [judge a match](api.md#reviews) before it is no longer open. It counts in both modes.',
      EXPIRED_DAYS:
        'Days after which an entry that has expired is deleted, as if somebody had deleted it. They count from its listing or last change where these came later. Nobody matches it meanwhile.',
      AUDIT_DAYS: 'Days that the [audit trail](operations.md#the-audit-trail) is kept.',
      MIN_FREE_BYTES: 'Free space below which `/status`, `/healthz` and the log warn.',
    },
  },
  {
    title: 'Recognition',
    intro: 'These count in `deepface` mode.',
    settings: {
      ENGINE_PROFILE: 'Selects the faster version of `Fusion` with `fast`. It is a little less accurate.',
      MODEL_NAME:
        'Model that counts where a request names none. A DeepFace model that the engine lacks counts as the default.',
      DETECTOR_BACKEND:
        'Detector that counts where a request names none. One that the engine lacks counts as the default. `mediapipe+ssd` looks with BlazeFace at the picture and its parts; SSD is asked only by `ssd`. `skip` takes each picture for a face.',
      DISTANCE_METRIC: 'Metric that counts where a request names none.',
      DETECTION_CONFIDENCE_THRESHOLD:
        'Confidence below which a face is left out. [Confidence](benchmarks.md#confidence) is the share of such boxes that are faces; `0.95` keeps clear faces only. With a `DETECTOR_BACKEND` that the engine lacks, it is at most the default: see [coming-from.md](coming-from.md#settings).',
      MAX_FALSE_MATCH_RATE:
        'Largest share of pairs of different people that any threshold may let match, whoever sets it.',
      QUALITY_FILTER:
        'Refuses [poor reference pictures](benchmarks.md#the-quality-gate) with `auto`. It counts in both modes.',
      ENGINE_WORKERS: 'Threads that find and compare faces.',
      ENGINE_RUNTIME:
        'What runs the networks. `auto` is ONNX Runtime where it loads, and tfjs elsewhere, which runs on every machine and takes some times as long: see [models.md](models.md#runtimes).',
    },
  },
  {
    title: 'A model of your own',
    intro: '[Custom models](custom-model.md) explains these.',
    settings: {
      MODEL_PATH: 'File of the model, which is called `Custom`.',
      MODEL_CHANNELS: "Order of a picture's channels.",
      MODEL_MEAN: 'Mean of the channels: the model gets (value - mean) / scale.',
      MODEL_SCALE: 'Scale of the channels.',
      MODEL_THRESHOLD: 'Cosine distance up to which faces match. `MODEL_PATH` wants it.',
      MODEL_CALIBRATION:
        'Cosine distances at which 1 in 100, 1,000, 10,000 … pairs of different people match.',
    },
  },
  {
    title: 'Pictures and requests',
    settings: {
      MAX_REQUEST_BYTES: 'Size of a request, at most.',
      MAX_IMAGE_BYTES: 'Size of a picture, at most.',
      PICTURE_MEMORY_BYTES:
        'Memory for all pictures in work together. One of 12 megapixels takes about 130 MB of it. Raise it on machines with many cores.',
      DRAW_BOUNDING_BOXES: 'Keeps a copy with boxes: red on a match, green otherwise.',
      CROPPED_FACE_PADDING_RATIO:
        "Share of the box that is added to the largest face's crop, half on each side.",
    },
  },
  {
    title: 'Retention',
    intro:
      '[Privacy](privacy.md) explains these. What is older than a limit is deleted every hour. Older data that a new version or a shorter limit would delete is announced first, in log and status, for seven days.',
    settings: {
      KEEP_UNMATCHED_DAYS:
        'Days that processed pictures without a match are kept, with their records. With 0, nothing is ever written of them.',
      KEEP_MATCHED_DAYS: 'Days that processed pictures with a match are kept, with their records.',
      KEEP_REJECTED_DAYS: 'Days that files of the inbox are kept that could not be used.',
      LOOK_BACK_DAYS:
        'Days that the faces of people who matched nobody are kept as numbers, to find who is listed later in the pictures of before; at most as long as the pictures. With 0, none are. With `aws_rekognition` it wants a table (`-c lookBackDays`).',
      RETENTION_CONFIRMED:
        'Begins with a deletion that was announced, and with any that comes later, without waiting. Take it out again afterwards.',
      STRIP_METADATA:
        'Stores pictures without Exif data, places, thumbnails, texts and comments. Pixels stay as they came, unless metadata turns the picture.',
    },
  },
  {
    title: 'Cameras',
    intro: '[cameras.md](cameras.md) describes the file, and what a camera needs.',
    settings: {
      CAMERAS: 'File that lists the cameras to watch.',
      CAMERA_NETWORKS:
        'Networks in which cameras may be; the address is checked at each connection. Unless it is set, the file may name any address, and the API none.',
      FFMPEG_PATH: 'Program that decodes RTSP, USB cameras and recordings. MJPEG and snapshots need none.',
    },
  },
  {
    title: 'Match events',
    intro: '[Match events](events.md) explains these. They count with the records in SQLite.',
    settings: {
      WEBHOOK_URL: 'Addresses that get each event.',
      MQTT_URL:
        'MQTT broker that gets each event too. It needs the optional package `mqtt`; `mqtts` encrypts what is told.',
      MQTT_NAMES: 'Tells the broker the names of people who were found, and not their ids alone.',
      WEBHOOK_SECRET: 'Keys that sign the events: the new and the old one. `WEBHOOK_URL` wants one.',
    },
  },
  {
    title: 'AWS',
    intro:
      "These count in `aws_rekognition` mode. Credentials and endpoints (`AWS_ENDPOINT_URL_…`) come from the AWS SDK's own chain, never from `.env`.",
    settings: {
      AWS_REGION: 'Region of all services. Wanted.',
      AWS_S3_BUCKET_NAME: 'Bucket of the pictures. Wanted.',
      AWS_REKOGNITION_COLLECTION_ID:
        'Collection of the faces, which the first enrollment makes. Each deployment needs its own: it removes faces that it does not know.',
      REKOGNITION_COLLECTIONS:
        'Collections that the faces are spread over, see [scale](scale.md#several-collections). The number may grow, and never shrink.',
      RECOVERY_DAYS:
        'Days for which table and bucket can be restored as they were, as `GET /erasures/{id}` tells it. The stack sets it by `-c recoveryDays`.',
      DYNAMODB_TABLE_NAME: 'Table of the records. Unset, they are in SQLite.',
      AWS_THRESHOLD: 'Similarity that makes a match.',
      AWS_MIN_SIMILARITY: 'Smallest similarity that any threshold may mean, whoever sets it.',
      REKOGNITION_TPS: 'Calls to Rekognition a second, at most, by this process.',
      EMULATE_GATEWAY_LIMITS: 'Refuses what API Gateway and Lambda would refuse for its size.',
      REKOGNITION_PORT: 'Port of `npm run rekognition`.',
      REKOGNITION_HOST:
        'Address that it listens on. It asks for no credentials, so another one is for containers and closed networks.',
      REKOGNITION_CONSISTENCY_MS:
        'Milliseconds after which the emulator tells of a new face or collection, and no longer of a deleted face.',
      REKOGNITION_DATA_DIR: 'Folder of `npm run rekognition`.',
    },
  },
];

const intro = `# Settings

Settings come from the environment, or from a file \`.env\` in UTF-8 (see \`.env.example\`). The environment counts more.
A wrong value stops the start, and the message says what the setting takes. An empty value counts as unset.
The service warns of names that are nearly settings, and of settings that do nothing as things are: in its log and in \`/status\`.

\`npm run docs\` writes this page from the settings' schema.
`;

function defaultOf(name: Name): string {
  const known = defaults[name];
  if (known !== undefined) return known;
  const value = settings.shape[name as keyof typeof settings.shape].safeParse(undefined).data;
  return shownDefault(value);
}

/** Describes the values that a setting takes, in the words of its error message. */
function takenBy(name: Name): string {
  const known = values[name];
  if (known !== undefined) return known;
  const refusal = settings.shape[name as keyof typeof settings.shape].safeParse('\0').error;
  return (refusal?.issues[0]?.message ?? 'a text').replaceAll('|', '\\|');
}

/** Writes the page of all settings. */
export function settingsPage(): string {
  const sections = groups.map(({ title, intro: words, settings: described }) => {
    const rows = Object.entries(described).map(
      ([name, text]) => `| \`${name}\` | ${defaultOf(name as Name)} | ${takenBy(name as Name)} | ${text} |`,
    );
    const table = ['| setting | default | takes | meaning |', '| --- | --- | --- | --- |', ...rows].join(
      '\n',
    );
    return `## ${title}\n\n${words ? `${words}\n\n` : ''}${table}\n`;
  });
  return [intro, ...sections].join('\n');
}

/** Writes an example file in which every setting is commented out. */
export function exampleFile(): string {
  const lines = groups.flatMap(({ title, settings: described }) => [
    '',
    `# ${title}`,
    ...Object.keys(described).map((name) => {
      const value = /^`([^`]*)`/.exec(defaultOf(name as Name))?.[1] ?? '';
      return `# ${name}=${value === 'blacklist' || value === 'processed' || value === 'cropped' ? `./data/${value}` : value}`;
    }),
  ]);
  const head =
    '# Copy this file to .env and change what you need. Each line shows the default. See docs/settings.md.';
  return `${[head, ...lines].join('\n')}\n`;
}

/** Lists the settings that the page describes. */
export function describedNames(): string[] {
  return groups.flatMap(({ settings: described }) => Object.keys(described));
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '../..');
  await writeFile(join(root, 'docs/settings.md'), settingsPage());
  await writeFile(join(root, '.env.example'), exampleFile());
  const privacy = join(root, 'docs/privacy.md');
  await writeFile(privacy, privacyPage(await readFile(privacy, 'utf8')));
}
