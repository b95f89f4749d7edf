import { expect, test } from 'vitest';
import { parseConfig, settings } from '../lib/config.ts';
import { oldSettingWarnings } from '../lib/old-settings.ts';
import { unknownNames } from '../lib/setting-warnings.ts';

const warnings = (environment: Record<string, string>) => oldSettingWarnings(environment, 'mediapipe+ssd');
const confidence = (environment: Record<string, string>) =>
  parseConfig(environment).detectionConfidenceThreshold;

const old = {
  FACE_PROCESSING_BACKEND: 'deepface',
  DETECTOR_BACKEND: 'mtcnn',
  MODEL_NAME: 'VGG-Face',
  DETECTION_CONFIDENCE_THRESHOLD: '0.95',
  BLACKLIST_CONFIDENCE_THRESHOLD: '0.95',
  DRAW_BOUNDING_BOXES: 'on',
  LOG_LEVEL: 'WARNING',
};

test('settings of the old service are taken, and what counts otherwise is said in one line each', () => {
  const config = parseConfig(old);
  expect(config).toMatchObject({
    drawBoundingBoxes: true,
    logLevel: 'warn',
    detectionConfidenceThreshold: 0.15,
  });
  expect(warnings(old)).toEqual([
    expect.stringMatching(/^BLACKLIST_CONFIDENCE_THRESHOLD does nothing: .*"threshold"\.$/),
    'DETECTOR_BACKEND=mtcnn is not a detector of this backend: mediapipe+ssd is used.',
    expect.stringMatching(
      /^DETECTION_CONFIDENCE_THRESHOLD=0\.95 is on another detector's scale: 0\.15 is used/,
    ),
  ]);
});

test.each([
  ['0.95', { BLACKLIST_CONFIDENCE_THRESHOLD: '0.95' }, 0.15],
  ['0.99', { DETECTOR_BACKEND: 'retinaface' }, 0.15],
  ['0.1', { DETECTOR_BACKEND: 'mtcnn' }, 0.1],
  ['0.95', { DETECTOR_BACKEND: 'ssd' }, 0.95],
  ['0.95', {}, 0.95],
])('a confidence of %s with %j means %d', (value, others, meant) => {
  expect(confidence({ DETECTION_CONFIDENCE_THRESHOLD: value, ...others })).toBe(meant);
});

test('a confidence that leaves out many faces is warned of', () => {
  expect(warnings({ DETECTION_CONFIDENCE_THRESHOLD: '0.95' })).toEqual([
    expect.stringContaining('listed people may be missed'),
  ]);
  expect(warnings({ DETECTION_CONFIDENCE_THRESHOLD: '0.5' })).toEqual([]);
  expect(warnings({})).toEqual([]);
});

test('in AWS, a similarity from 0 to 1 and settings of the detector are answered', () => {
  const aws = { FACE_PROCESSING_BACKEND: 'aws_rekognition', DETECTOR_BACKEND: 'mtcnn' };
  expect(warnings({ ...aws, AWS_THRESHOLD: '0.95', DETECTION_CONFIDENCE_THRESHOLD: '0.95' })).toEqual([
    'DETECTION_CONFIDENCE_THRESHOLD does nothing with FACE_PROCESSING_BACKEND=aws_rekognition.',
    'DETECTOR_BACKEND does nothing with FACE_PROCESSING_BACKEND=aws_rekognition.',
    'AWS_THRESHOLD=0.95 is a similarity of 0 to 100, so it is held at AWS_MIN_SIMILARITY. Is 95 meant?',
  ]);
});

test('names in .env that are no settings are named, without their values', () => {
  const names = (...given: string[]) => unknownNames(given, Object.keys(settings.shape));
  expect(names('PORT', 'AWS_SECRET_ACCESS_KEY', 'COMPOSE_PROJECT_NAME')).toEqual([]);
  // Another warning names the setting that is meant, or what counts instead.
  expect(names('API_TOKEN', 'BLACKLIST_CONFIDENCE_THRESHOLD')).toEqual([]);
  expect(names('DATABASE_URL')).toEqual([
    'In .env, DATABASE_URL is no setting of this service, and does nothing.',
  ]);
  expect(names('DATABASE_URL', 'DEEPFACE_HOME')).toEqual([
    'In .env, DATABASE_URL, DEEPFACE_HOME are no settings of this service, and do nothing.',
  ]);
});
