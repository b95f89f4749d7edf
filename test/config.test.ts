import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Config, ConfigError, parseConfig, settings as schema } from '../lib/config.ts';
import { detectorNames, distanceMetrics, modelNames } from '../lib/contract/vocabulary.ts';
import { settingWarnings } from '../lib/setting-warnings.ts';

interface Setting<Key extends keyof Config = keyof Config> {
  readonly key: Key;
  readonly unset: Config[Key];
  /** Texts that the setting accepts, with their meaning. */
  readonly good: readonly (readonly [string, Config[Key]])[];
  readonly bad?: readonly string[];
  /** Values that the error message says would be right. */
  readonly takes?: string;
}
/** Gives a value the type of the setting's own key. */
function setting<Key extends keyof Config>(key: Key, rest: Omit<Setting<Key>, 'key'>): Setting<Key> {
  return { key, ...rest };
}

const flag = {
  good: [
    ['true', true],
    ['TRUE', true],
    ['1', true],
    ['yes', true],
    ['false', false],
    ['No', false],
    ['0', false],
  ],
  bad: ['maybe', '2', 'truefalse', 'perhaps'],
  takes: 'true or false',
} as const;
const fraction = (max: number) => ({
  bad: ['-0.1', `${max}.1`, 'half', '1e-1', 'NaN', '0x1', '.'],
  takes: `a number from 0 to ${max}`,
});
const whole = (min: number, max: number) => ({
  bad: [`${min - 1}`, `${max + 1}`, '1.5', 'many', '1e3', 'Infinity', '0x10', '9'.repeat(400)],
  takes: `a whole number from ${min} to ${max}`,
});
const keepDays = { unmatched: 30, matched: 365, rejected: 30 };
const folder = (unset: string) => ({
  unset: resolve(unset),
  good: [
    ['/srv/pictures', '/srv/pictures'],
    ['some/where', resolve('some/where')],
  ] as const,
});
const mebibyte = 1024 * 1024;

const settings: Readonly<Record<string, Setting>> = {
  FACE_PROCESSING_BACKEND: setting('backend', {
    unset: 'deepface',
    good: [['deepface', 'deepface']],
    bad: ['azure', 'DeepFace'],
    takes: 'one of deepface, aws_rekognition',
  }),
  HOST: setting('host', { unset: '127.0.0.1', good: [['0.0.0.0', '0.0.0.0']] }),
  PORT: setting('port', {
    unset: 8000,
    good: [
      ['0', 0],
      ['80', 80],
      ['65535', 65535],
    ],
    ...whole(0, 65535),
  }),
  DATA_DIR: setting('dataDir', folder('data')),
  BLACKLIST_DB_PATH: setting('blacklistDir', folder('data/blacklist')),
  PROCESSED_IMAGES_OUTPUT_DIR: setting('processedDir', folder('data/processed')),
  CROPPED_FACES_OUTPUT_DIR: setting('croppedDir', folder('data/cropped')),
  IMAGE_ROOT: setting('imageRoot', folder('data')),
  DETECTOR_BACKEND: setting('detectorBackend', {
    unset: 'mediapipe+ssd',
    good: detectorNames.map((name) => [name, name] as const),
    bad: ['RetinaFace', 'none'],
    takes: `one of ${detectorNames.join(', ')}`,
  }),
  ENGINE_PROFILE: setting('engineProfile', {
    unset: 'accurate',
    good: [
      ['accurate', 'accurate'],
      ['fast', 'fast'],
    ],
    bad: ['slow'],
    takes: 'one of accurate, fast',
  }),
  MODEL_NAME: setting('modelName', {
    unset: 'Fusion',
    good: modelNames.filter((name) => name !== 'Custom').map((name) => [name, name] as const),
    bad: ['arcface', 'toString'],
    takes: `one of ${modelNames.join(', ')}`,
  }),
  DISTANCE_METRIC: setting('distanceMetric', {
    unset: 'cosine',
    good: distanceMetrics.map((name) => [name, name] as const),
    bad: ['manhattan'],
    takes: 'one of cosine, euclidean, euclidean_l2, angular',
  }),
  MAX_FALSE_MATCH_RATE: setting('maxFalseMatchRate', {
    unset: 0.001,
    good: [
      ['0.000001', 0.000_001],
      ['0.0005', 0.0005],
      ['0.01', 0.01],
    ],
    bad: ['0', '0.0000009', '0.011', '1', '-0.001', '1e-3', 'NaN', 'off'],
    takes: 'a number from 0.000001 to 0.01',
  }),
  DETECTION_CONFIDENCE_THRESHOLD: setting('detectionConfidenceThreshold', {
    unset: 0.15,
    good: [
      ['0', 0],
      ['0.75', 0.75],
      ['1', 1],
    ],
    ...fraction(1),
  }),
  QUALITY_FILTER: setting('qualityFilter', {
    unset: 'auto',
    good: [
      ['auto', 'auto'],
      ['none', 'none'],
    ],
    bad: ['AUTO', 'off'],
    takes: 'one of auto, none',
  }),
  DRAW_BOUNDING_BOXES: setting('drawBoundingBoxes', { unset: true, ...flag }),
  KEEP_UNMATCHED_DAYS: setting('keepDays', {
    unset: keepDays,
    good: [
      ['0', { ...keepDays, unmatched: 0 }],
      ['36500', { ...keepDays, unmatched: 36_500 }],
    ],
    ...whole(0, 36_500),
  }),
  KEEP_MATCHED_DAYS: setting('keepDays', {
    unset: keepDays,
    good: [
      ['1', { ...keepDays, matched: 1 }],
      ['36500', { ...keepDays, matched: 36_500 }],
    ],
    ...whole(1, 36_500),
  }),
  KEEP_REJECTED_DAYS: setting('keepDays', {
    unset: keepDays,
    good: [['0', { ...keepDays, rejected: 0 }]],
    ...whole(0, 36_500),
  }),
  LOOK_BACK_DAYS: setting('lookBackDays', {
    unset: 0,
    good: [
      ['0', 0],
      ['30', 30],
    ],
    ...whole(0, 36_500),
  }),
  RETENTION_CONFIRMED: setting('retentionConfirmed', { unset: false, ...flag }),
  STRIP_METADATA: setting('stripMetadata', { unset: true, ...flag }),
  RECOVERY_DAYS: setting('recoveryDays', {
    unset: 7,
    good: [
      ['1', 1],
      ['35', 35],
    ],
    ...whole(1, 35),
  }),
  CROPPED_FACE_PADDING_RATIO: setting('croppedFacePaddingRatio', {
    unset: 0.4,
    good: [
      ['0', 0],
      ['0.25', 0.25],
      ['10', 10],
    ],
    ...fraction(10),
  }),
  ENGINE_WORKERS: setting('engineWorkers', {
    unset: availableParallelism(),
    good: [['4', 4]],
    ...whole(1, 256),
  }),
  ENGINE_RUNTIME: setting('engineRuntime', {
    unset: 'auto',
    good: [
      ['auto', 'auto'],
      ['onnx', 'onnx'],
      ['tfjs', 'tfjs'],
    ],
    bad: ['cuda', 'ONNX'],
    takes: 'one of auto, onnx, tfjs',
  }),
  API_TITLE: setting('apiTitle', { unset: 'Face Blacklist API', good: [['Doors', 'Doors']] }),
  API_VERSION: setting('apiVersion', { unset: '1.0.0', good: [['2.1', '2.1']] }),
  CORS_ORIGINS: setting('corsOrigins', {
    unset: [],
    good: [
      ['https://app.example', ['https://app.example']],
      [
        ' https://a.example:8443 , http://localhost:3000, http://[::1]:5173,',
        ['https://a.example:8443', 'http://localhost:3000', 'http://[::1]:5173'],
      ],
    ],
    bad: [
      '*',
      'https://*.example',
      'null',
      'app.example',
      'https://app.example/',
      'https://app.example/path',
      'https://App.example',
      'https://app.example:443',
      'https://user:secret@app.example',
      'https://good.example, *',
      'https://',
      'ftp://app.example',
      'javascript:alert(1)',
    ],
    takes: 'exact origins as browsers send them, separated by commas, such as https://example.com',
  }),
  API_TOKENS: setting('apiTokens', {
    unset: [],
    good: [
      ['s3cret-of-16-chr', ['s3cret-of-16-chr']],
      [' the-first-of-two , the-second-of-two,', ['the-first-of-two', 'the-second-of-two']],
      ['"quoted-by-docker-run"', ['quoted-by-docker-run']],
    ],
    bad: [
      'pass word of two words',
      'a-pässword-that-is-long',
      ',',
      'good-and-long-enough,pass\tword-in-two',
      'fifteen-chars-x',
      'good-and-long-enough,short',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of a shell, as somebody may write it
      '${TOKEN_FROM_ELSEWHERE}',
      '$TOKEN_FROM_ELSEWHERE',
      'good-and-long-enough,$(openssl-rand-hex-32)',
    ],
    takes:
      'one or more tokens of visible ASCII characters, not $NAME, separated by commas, each of at least 16',
  }),
  API_TOKENS_FILE: setting('tokensFile', {
    unset: undefined,
    good: [
      ['/etc/tokens', '/etc/tokens'],
      ['tokens.txt', resolve('tokens.txt')],
    ],
    bad: ['~/tokens.txt', '$HOME/tokens.txt'],
    takes: "a path that is written out: '~' and variables are not replaced in it",
  }),
  UNGROUPED_ROLE: setting('ungroupedRole', {
    unset: 'admin',
    good: [['metrics', 'metrics']],
    bad: ['root', 'Admin'],
    takes: 'one of metrics, check, desk, editor, admin',
  }),
  IAM_ROLES: setting('iamRoles', {
    unset: new Map(),
    good: [
      [
        'role/door=check, *=metrics',
        new Map([
          ['role/door', 'check'],
          ['*', 'metrics'],
        ]),
      ],
      ['user/a=b@c=desk', new Map([['user/a=b@c', 'desk']])],
    ],
    bad: ['door=check', 'role/door=root', 'role/door', 'role/a/b=check', '*=desk,*=check'],
    takes:
      'callers with their roles, separated by commas: user/NAME=ROLE, role/NAME=ROLE, *=ROLE for all others; a ROLE is one of metrics, check, desk, editor, admin',
  }),
  REVIEW_BAND: setting('reviewBand', {
    unset: 10,
    good: [['2.5', 2.5]],
    bad: ['0.5', '1001', 'wide'],
    takes: 'a number from 1 to 1000',
  }),
  REVIEWERS: setting('reviewers', { unset: 1, good: [['2', 2]], ...whole(1, 2) }),
  AUDIT_DAYS: setting('auditDays', { unset: 365, good: [['30', 30]], ...whole(1, 36_500) }),
  ALLOW_UNAUTHENTICATED: setting('allowUnauthenticated', { unset: false, ...flag }),
  EXPIRED_DAYS: setting('expiredDays', {
    unset: 7,
    good: [
      ['0', 0],
      ['30', 30],
    ],
    ...whole(0, 3650),
  }),
  MIN_FREE_BYTES: setting('minFreeBytes', {
    unset: 1_073_741_824,
    good: [
      ['0', 0],
      ['1125899906842624', 1_125_899_906_842_624],
    ],
    ...whole(0, 1_125_899_906_842_624),
  }),
  MAX_REQUEST_BYTES: setting('maxRequestBytes', {
    unset: 25 * mebibyte,
    good: [['6291456', 6 * mebibyte]],
    ...whole(1024, 1024 * mebibyte),
  }),
  MAX_IMAGE_BYTES: setting('maxImageBytes', {
    unset: 15 * mebibyte,
    good: [['1024', 1024]],
    ...whole(1024, 1024 * mebibyte),
  }),
  PICTURE_MEMORY_BYTES: setting('pictureMemoryBytes', {
    unset: 768 * mebibyte,
    good: [['1073741824', 1024 * mebibyte]],
    ...whole(256 * mebibyte, 1024 * 1024 * mebibyte),
  }),
  EMULATE_GATEWAY_LIMITS: setting('emulateGatewayLimits', { unset: false, ...flag }),
  CAMERAS: setting('camerasFile', {
    unset: undefined,
    good: [
      ['/etc/cameras.json', '/etc/cameras.json'],
      ['cameras.json', resolve('cameras.json')],
    ],
    bad: ['~/cameras.json'],
    takes: "a path that is written out: '~' and variables are not replaced in it",
  }),
  URL_NETWORKS: setting('urlNetworks', {
    unset: [],
    good: [[' 192.168.10.0/24, FD00:1::/32,10.1.2.3', ['192.168.10.0/24', 'fd00:1::/32', '10.1.2.3']]],
    bad: ['camera.local', '192.168.10.0/33', '192.168.10', '10.0.0.0/8/8', 'true'],
    takes: 'the networks or addresses of cameras or servers whose pictures are read, such as 192.168.10.0/24',
  }),
  FFMPEG_PATH: setting('ffmpegPath', {
    unset: 'ffmpeg',
    good: [['/opt/ffmpeg/bin/ffmpeg', '/opt/ffmpeg/bin/ffmpeg']],
    bad: ['$HOME/ffmpeg'],
    takes: "a path that is written out: '~' and variables are not replaced in it",
  }),
  LOG_LEVEL: setting('logLevel', {
    unset: 'info',
    good: [
      ['debug', 'debug'],
      ['silent', 'silent'],
    ],
    bad: ['verbose'],
    takes: 'one of debug, info, warn, error, silent',
  }),
};
const byName = Object.entries(settings);

/** Settings that the AWS mode requires. */
const inAws = {
  FACE_PROCESSING_BACKEND: 'aws_rekognition',
  AWS_REGION: 'eu-west-1',
  AWS_S3_BUCKET_NAME: 'my-faces',
};

/** Gives the message with which settings are refused. */
function refusal(environment: Record<string, string>): string {
  try {
    parseConfig(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  throw new Error(`${JSON.stringify(environment)} was taken.`);
}

describe('settings', () => {
  test('have their defaults where nothing is set, and there is none besides these', () => {
    const defaults = Object.fromEntries([
      ...byName.map(([, { key, unset }]) => [key, unset]),
      ['aws', undefined],
      ['customModel', undefined],
      ['webhooks', undefined],
      ['allowedHosts', []],
      ['trustedProxies', []],
      ['publicUrl', undefined],
    ]);
    expect(parseConfig({})).toEqual(defaults);
    expect(parseConfig({ ANOTHER_VARIABLE: 'x' })).toEqual(defaults);
  });

  test('ENGINE_PROFILE leaves the model as it is named, Fusion where none is', () => {
    expect(parseConfig({ ENGINE_PROFILE: 'fast' }).modelName).toBe('Fusion');
    expect(parseConfig({ ENGINE_PROFILE: 'fast', MODEL_NAME: 'Dlib' }).modelName).toBe('Dlib');
  });

  test('that are empty or blank count as unset', () => {
    for (const blank of ['', '  ', '\t']) {
      expect(parseConfig(Object.fromEntries(byName.map(([name]) => [name, blank])))).toEqual(parseConfig({}));
    }
  });

  test.each(byName)('%s is read', (name, { key, good }) => {
    for (const [text, value] of good) {
      expect(parseConfig({ [name]: text })[key]).toEqual(value);
      expect(parseConfig({ [name]: ` ${text} ` })[key]).toEqual(value);
    }
  });

  test.each(byName.filter(([, { bad }]) => bad))(
    '%s: a bad value is refused with what it takes',
    (name, each) => {
      const { bad = [], takes = '' } = each;
      expect(bad.length).toBeGreaterThan(0);
      for (const text of bad) {
        const message = refusal({ [name]: text });
        expect(message).toContain(`${name} takes ${takes}`);
        expect(message.split('\n')).toHaveLength(1);
        if (name !== 'API_TOKENS') expect(message).toContain(`not '${text}'`);
      }
    },
  );

  test('that are wrong are all named at once', () => {
    const wrong = byName.flatMap(([name, { bad }]) => (bad ? [[name, bad[0] as string] as const] : []));
    const lines = refusal({ ...Object.fromEntries(wrong), HOST: 'fine' }).split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(wrong.map(([name]) => name));
  });

  test('that are secret are never repeated', () => {
    const message = refusal({ API_TOKENS: 'hunter2, swörd fish', PORT: 'none' });
    expect(message).toContain('API_TOKENS takes');
    for (const part of ['hunter2', 'swörd', 'fish']) expect(message).not.toContain(part);
  });

  const folders = [
    'DATA_DIR',
    'BLACKLIST_DB_PATH',
    'PROCESSED_IMAGES_OUTPUT_DIR',
    'IMAGE_ROOT',
    'MODEL_PATH',
  ];
  test.each(folders)('%s names no folder by what only a shell replaces', (name) => {
    for (const path of ['~/faces', '~', '$HOME/faces', '/srv/$NAME', '%APPDATA%/faces']) {
      expect(refusal({ [name]: path })).toContain(`${name} takes a path that is written out`);
    }
    expect(() => parseConfig({ [name]: '/srv/a~b/50%/$1/c' })).not.toThrow();
  });

  test('folders that are not set lie below DATA_DIR', () => {
    expect(parseConfig({ DATA_DIR: '/srv/faces', CROPPED_FACES_OUTPUT_DIR: '/mnt/crops' })).toMatchObject({
      dataDir: '/srv/faces',
      blacklistDir: '/srv/faces/blacklist',
      processedDir: '/srv/faces/processed',
      croppedDir: '/mnt/crops',
      imageRoot: '/srv/faces',
    });
  });
});

describe("the settings of the user's own model", () => {
  const path = { MODEL_PATH: '/models/own.onnx' };
  const defaults = {
    path: '/models/own.onnx',
    channels: 'RGB',
    means: [127.5, 127.5, 127.5],
    scales: [128, 128, 128],
    threshold: undefined,
    calibration: undefined,
  };

  test('have their defaults, and count with MODEL_PATH alone', () => {
    expect(parseConfig(path).customModel).toEqual(defaults);
    expect(parseConfig({ MODEL_PATH: 'own.onnx' }).customModel?.path).toBe(resolve('own.onnx'));
    expect(parseConfig({ MODEL_CHANNELS: 'BGR', MODEL_THRESHOLD: '0.5' }).customModel).toBeUndefined();
  });

  test('are read', () => {
    const environment = {
      ...path,
      MODEL_CHANNELS: 'BGR',
      MODEL_MEAN: '123.675, 116.28,103.53',
      MODEL_SCALE: '255',
      MODEL_THRESHOLD: '0.62',
      MODEL_CALIBRATION: '0.8,0.7, 0.62,0.5',
    };
    expect(parseConfig(environment).customModel).toEqual({
      ...defaults,
      channels: 'BGR',
      means: [123.675, 116.28, 103.53],
      scales: [255, 255, 255],
      threshold: 0.62,
      calibration: [0.8, 0.7, 0.62, 0.5],
    });
  });

  test.each([
    ['MODEL_CHANNELS', ['rgb', 'GBR', 'gray']],
    ['MODEL_MEAN', ['-1', '256', '1,2', '1,2,3,4', 'half', ',']],
    ['MODEL_SCALE', ['0', '0.0001', '1001', '1,2', '1,0,1', '1/128']],
    ['MODEL_THRESHOLD', ['-0.1', '2.1', 'half']],
    ['MODEL_CALIBRATION', ['0.5', '0.5,0.6', '0.5,0.5', '2.5,0.5', '0.5,-0.1', '0.5;0.4']],
  ])('refuse bad values of %s with what it takes', (name, bad) => {
    for (const text of bad) {
      const message = refusal({ ...path, [name]: text });
      expect(message).toContain(`${name} takes `);
      expect(message).toContain(`not '${text}'`);
      expect(message.split('\n')).toHaveLength(1);
    }
  });

  test('make it the model where none is named, and the only one that MODEL_NAME=Custom can mean', () => {
    expect(parseConfig(path).modelName).toBe('Custom');
    expect(parseConfig({ ...path, ENGINE_PROFILE: 'fast' }).modelName).toBe('Custom');
    expect(parseConfig({ ...path, MODEL_NAME: 'Fusion' }).modelName).toBe('Fusion');
    expect(parseConfig({ ...path, MODEL_NAME: 'Custom' }).modelName).toBe('Custom');
    expect(refusal({ MODEL_NAME: 'Custom' })).toContain('MODEL_PATH');
  });
});

describe('the settings of webhooks', () => {
  const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
  const url = 'https://hooks.example/a?token=hunter2';

  test('are read, each URL once', () => {
    expect(parseConfig({ WEBHOOK_URL: url, WEBHOOK_SECRET: secret }).webhooks).toEqual({
      urls: [url],
      secrets: [secret],
    });
    const environment = {
      WEBHOOK_URL: ` http://10.0.0.1:8080 ,${url},http://user:pass@[::1]/b,${url},`,
      WEBHOOK_SECRET: `${secret}, correct-horse-battery-staple`,
    };
    expect(parseConfig(environment).webhooks).toEqual({
      urls: ['http://10.0.0.1:8080', url, 'http://user:pass@[::1]/b'],
      secrets: [secret, 'correct-horse-battery-staple'],
    });
    expect(parseConfig({ WEBHOOK_SECRET: secret }).webhooks).toBeUndefined();
  });

  test('want something to sign with', () => {
    expect(refusal({ WEBHOOK_URL: url })).toMatch(/^With WEBHOOK_URL, WEBHOOK_SECRET must be set/);
  });

  test.each([
    ['WEBHOOK_URL', ['hunter2', 'ftp://hunter2', 'https://', 'hunter2.example/a', ',', `${url}, hunter2`]],
    ['WEBHOOK_URL', [Array.from({ length: 11 }, (_, index) => `https://hunter2/${index}`).join()]],
    ['WEBHOOK_SECRET', ['hunter2', 'whsec_hunter2', `whsec_${'hunter2!'.repeat(5)}`, `${secret},hunter2`]],
    [
      'WEBHOOK_SECRET',
      [`hunter2${'x'.repeat(60)}`, `whsec_${'hunter2A'.repeat(12)}`, 'hünter2'.repeat(5), ','],
    ],
  ])('refuse bad values of %s with what it takes, and do not repeat them', (name, bad) => {
    for (const text of bad) {
      const message = refusal({ WEBHOOK_URL: url, WEBHOOK_SECRET: secret, [name]: text });
      expect(message).toContain(`${name} takes `);
      expect(message).not.toContain('unter2');
      expect(message.split('\n')).toHaveLength(1);
    }
  });
});

describe('the settings of the AWS mode', () => {
  test('have their defaults, and count in this mode alone', () => {
    expect(parseConfig(inAws).aws).toEqual({
      region: 'eu-west-1',
      bucket: 'my-faces',
      collectionId: 'my-faces',
      collections: 1,
      similarityThreshold: 95,
      minSimilarity: 80,
      rekognitionCallsPerSecond: 5,
      tableName: undefined,
    });
    expect(parseConfig({ ...inAws, FACE_PROCESSING_BACKEND: 'deepface' }).aws).toBeUndefined();
  });

  test('keep faces for a look-back only where a table can name them', () => {
    const inTable = { ...inAws, DYNAMODB_TABLE_NAME: 'records' };
    expect(parseConfig({ ...inTable, LOOK_BACK_DAYS: '7' }).lookBackDays).toBe(7);
    expect(() => parseConfig({ ...inAws, LOOK_BACK_DAYS: '7' })).toThrow(/wants DYNAMODB_TABLE_NAME/);
    expect(() => parseConfig({ ...inTable, LOOK_BACK_DAYS: '31' })).toThrow(/takes at most 30/);
  });

  test('are read', () => {
    const environment = {
      ...inAws,
      AWS_REKOGNITION_COLLECTION_ID: 'Doors_1.a-b',
      REKOGNITION_COLLECTIONS: '16',
      AWS_THRESHOLD: '99.5',
      AWS_MIN_SIMILARITY: '90',
      REKOGNITION_TPS: '50',
      DYNAMODB_TABLE_NAME: 'Records_1.a-b',
    };
    expect(parseConfig(environment).aws).toEqual({
      region: 'eu-west-1',
      bucket: 'my-faces',
      collectionId: 'Doors_1.a-b',
      collections: 16,
      similarityThreshold: 99.5,
      minSimilarity: 90,
      rekognitionCallsPerSecond: 50,
      tableName: 'Records_1.a-b',
    });
  });

  test.each(['AWS_REGION', 'AWS_S3_BUCKET_NAME'])('can not do without %s', (name) => {
    expect(refusal({ ...inAws, [name]: '' })).toContain(name);
  });

  test.each([
    ['AWS_REGION', 'Europe, West'],
    ['AWS_S3_BUCKET_NAME', 's3://my-faces/'],
    ['AWS_REKOGNITION_COLLECTION_ID', 'my faces'],
    ['REKOGNITION_COLLECTIONS', '0'],
    ['REKOGNITION_COLLECTIONS', '17'],
    ['AWS_THRESHOLD', '101'],
    ['AWS_MIN_SIMILARITY', '49'],
    ['AWS_MIN_SIMILARITY', '101'],
    ['REKOGNITION_TPS', '0'],
    ['DYNAMODB_TABLE_NAME', 'ab'],
  ])('refuse %s=%s', (name, value) => {
    expect(refusal({ ...inAws, [name]: value })).toMatch(new RegExp(`^${name} takes .+, not '${value}'\\.$`));
  });

  test('keep local paths off in a Lambda function', () => {
    expect(parseConfig(inAws).imageRoot).toBe(resolve('data'));
    expect(parseConfig({ ...inAws, AWS_LAMBDA_FUNCTION_NAME: 'any' }).imageRoot).toBeUndefined();
  });
});

describe('warnings', () => {
  const warningsFor = (environment: Readonly<Record<string, string>>) =>
    settingWarnings(environment, Object.keys(schema.shape));

  test.each([
    ['API_TOKEN', 'API_TOKENS'],
    ['API_TOKENS_', 'API_TOKENS'],
    ['api_tokens', 'API_TOKENS'],
    ['Api-Tokens', 'API_TOKENS'],
    ['API_TOKNES', 'API_TOKENS'],
    ['APITOKENS', 'API_TOKENS'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['port', 'PORT'],
    ['DATA_DIRECTORY', undefined],
    ['DATADIR', 'DATA_DIR'],
    ['AWS_S3_BUCKET', 'AWS_S3_BUCKET_NAME'],
    ['DYNAMODB_TABLE', 'DYNAMODB_TABLE_NAME'],
    ['BLACKLIST_PATH', 'BLACKLIST_DB_PATH'],
    ['WEBHOOK_SECRETS', 'WEBHOOK_SECRET'],
    ['ALLOW_UNAUTHENTICATE', 'ALLOW_UNAUTHENTICATED'],
  ])('tell of %s, which nearly is %s', (name, meant) => {
    const expected = meant ? [`${name} is no setting, and does nothing. Is ${meant} meant?`] : [];
    expect(warningsFor({ [name]: 'hunter2' })).toEqual(expected);
  });

  test('are not given of settings, of what is empty, or of other programs’ variables', () => {
    const settings = Object.fromEntries(byName.map(([name]) => [name, 'x']));
    const others = [
      'HOME',
      'HOSTNAME',
      'PATH',
      'PWD',
      'TERM',
      'USER',
      'SHELL',
      'LANG',
      'SHLVL',
      'EDITOR',
      'NODE_ENV',
    ];
    const cloud = [
      'AWS_DEFAULT_REGION',
      'AWS_ACCESS_KEY_ID',
      'AWS_ENDPOINT_URL_S3',
      'AWS_LAMBDA_FUNCTION_NAME',
    ];
    const none = Object.fromEntries([...others, ...cloud].map((name) => [name, 'x']));
    expect(warningsFor({ ...settings, ...none, API_TOKEN: '', REKOGNITION_PORT: '1' })).toEqual([]);
  });

  test('tell of settings that do nothing without another one', () => {
    expect(warningsFor({ WEBHOOK_SECRET: 'hunter2' })).toEqual([
      'WEBHOOK_SECRET does nothing where WEBHOOK_URL is not set.',
    ]);
    expect(warningsFor({ WEBHOOK_SECRET: 'x', WEBHOOK_URL: 'x', MODEL_PATH: 'x', MODEL_MEAN: 'x' })).toEqual(
      [],
    );
  });
});

test('tests of use cases take the defaults, so that a new setting changes none of them', () => {
  const listing = globSync('**/*.ts', { cwd: import.meta.dirname }).filter((file) =>
    /(croppedFacePaddingRatio|drawBoundingBoxes): \S+, \w+: /.test(
      readFileSync(join(import.meta.dirname, file), 'utf8'),
    ),
  );
  expect(listing).toEqual([]);
});
