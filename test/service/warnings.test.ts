import type { APIGatewayProxyEvent } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../lib/config.ts';
import { embeddingModels } from '../../lib/faces/engine/models/models.ts';
import { matchDefaults } from '../../lib/faces/engine/search/match-defaults.ts';
import { openRekognition } from '../../lib/faces/rekognition/rekognition.ts';
import { authenticationOf } from '../../lib/service/authentication.ts';
import { type Situation, warningsOf } from '../../lib/service/warnings.ts';

const config = parseConfig({});
const well: Situation = {
  config,
  authentication: 'tokens',
  health: { status: 'ok', detail: null },
  counts: { entries: 10, images: 20, processed: 30 },
  faces: { modelId: 'Fusion', defaults: matchDefaults('Fusion', embeddingModels.Fusion, 'cosine', 'ssd') },
  engine: { workers: 1, busy: 0, waiting: 0, enrolled: 20, runtime: 'onnx' },
  webhooks: [
    { receiver: 'https://example.com', pending: 0, oldest_pending: null, given_up: 0, last_error: null },
  ],
};

const warnings = (change: Partial<Situation>) => warningsOf({ ...well, ...change });

/** Describes a user's own model. */
function custom(threshold: number, calibration?: readonly number[]): Situation['faces'] {
  const model = {
    ...embeddingModels.MobileFaceNet,
    thresholds: { cosine: threshold, euclidean: 1, euclidean_l2: 1, angular: 1 },
    calibration: calibration ?? embeddingModels.MobileFaceNet.calibration,
    isSupposed: calibration === undefined,
  };
  return { modelId: 'Custom', defaults: matchDefaults('Custom', model, 'cosine', 'ssd') };
}

function rekognition(similarityThreshold: number): Situation['faces'] {
  const settings = { region: 'eu-west-1', collectionId: 'people', rekognitionCallsPerSecond: 5 };
  return openRekognition({ ...settings, similarityThreshold, qualityFilter: 'auto' });
}

describe('a warning', () => {
  test('is given of nothing where all is well', () => {
    expect(warnings({})).toEqual([]);
    expect(
      warnings({
        config: parseConfig({ MODEL_NAME: 'MobileFaceNet' }),
        faces: { ...well.faces, modelId: 'MobileFaceNet' },
      }),
    ).toEqual([]);
  });

  test('says that nobody is asked for a token, and who gets in', () => {
    const [here] = warnings({ authentication: 'none' });
    expect(here).toMatch(
      /^Nobody is asked for a token: every program and every person who uses this computer/,
    );
    const open = parseConfig({ HOST: '0.0.0.0', ALLOW_UNAUTHENTICATED: 'true' });
    expect(warnings({ authentication: 'none', config: open })[0]).toMatch(
      /whoever reaches this service over the network/,
    );
  });

  test('says first what fails', () => {
    const health = { status: 'failing', detail: 'The database is not available.' } as const;
    expect(warnings({ health, authentication: 'none' })[0]).toBe(
      'The service does not work as it should: The database is not available.',
    );
  });

  test('says what a threshold means that was changed', () => {
    const calibration = [0.8, 0.7, 0.6, 0.5, 0.4];
    expect(
      warnings({
        config: parseConfig({ MODEL_NAME: 'Custom', MODEL_PATH: 'own.onnx' }),
        faces: custom(0.6, calibration),
      }),
    ).toEqual([
      "The threshold is looser than the default (0.6, not 0.5): more innocent people are stopped. Of comparisons with somebody else's picture " +
        '1 in 10,000 match; by default 1 in 100,000.',
    ]);
    expect(
      warnings({
        config: parseConfig({ MODEL_NAME: 'Custom', MODEL_PATH: 'own.onnx' }),
        faces: custom(0.4, calibration),
      }),
    ).toEqual([
      expect.stringMatching(
        /^The threshold is stricter than the default \(0\.4, not 0\.5\): more of those who are listed are missed\..* 1 in 1,000,000 match/,
      ),
    ]);
    expect(
      warnings({ config: parseConfig({ MODEL_NAME: 'Custom', MODEL_PATH: 'own.onnx' }), faces: custom(0.6) }),
    ).toEqual([]);
  });

  test("gives no rates for Amazon's similarities, for it tells none", () => {
    const aws = parseConfig({
      FACE_PROCESSING_BACKEND: 'aws_rekognition',
      AWS_REGION: 'eu-west-1',
      AWS_S3_BUCKET_NAME: 'pictures',
    });
    const of = (similarity: number) =>
      warnings({ config: aws, engine: undefined, faces: rekognition(similarity) });
    expect(of(95)).toEqual([]);
    expect(of(80)).toEqual([
      'The threshold is looser than the default (0.2, not 0.05): more innocent people are stopped.',
    ]);
    expect(of(99)).toEqual([
      'The threshold is stricter than the default (0.01, not 0.05): more of those who are listed are missed.',
    ]);
  });

  test('says that a threshold which is set is looser than any may be, and which is used', () => {
    const aws = {
      FACE_PROCESSING_BACKEND: 'aws_rekognition',
      AWS_REGION: 'eu-west-1',
      AWS_S3_BUCKET_NAME: 'pictures',
    };
    const config = parseConfig({ ...aws, AWS_THRESHOLD: '60' });
    expect(warnings({ config, engine: undefined, faces: rekognition(60) })[0]).toBe(
      'AWS_THRESHOLD is 60, less than any threshold may be: a similarity of 80 is used (AWS_MIN_SIMILARITY).',
    );
    expect(warnings({ faces: custom(0.7, [0.75, 0.65]) })[0]).toBe(
      'The threshold of Custom is 0.7, looser than any may be: 0.65 is used, with which 1 in 1,000 comparisons with somebody ' +
        "else's picture match (MAX_FALSE_MATCH_RATE).",
    );
  });

  test.each([
    ['cosine', 'more than|1 in [0-9,]+'],
    ['angular', 'more than|1 in [0-9,]+'],
  ] as const)("says that Dlib's threshold is loose by %s", (metric, rate) => {
    const faces = { modelId: 'Dlib', defaults: matchDefaults('Dlib', embeddingModels.Dlib, metric, 'ssd') };
    const given = warnings({
      config: parseConfig({ MODEL_NAME: 'Dlib' }),
      faces,
      counts: { ...well.counts, images: 0 },
    });
    expect(given).toEqual([
      expect.stringMatching(new RegExp(`^With Dlib the usual threshold is a loose one.*(${rate}) match`)),
    ]);
  });

  test('says when the list has grown too long for the threshold', () => {
    const of = (images: number) =>
      warnings({
        counts: { ...well.counts, images },
        engine: { ...well.engine, enrolled: images } as Situation['engine'],
      });
    expect(of(1_000)).toEqual([]);
    expect(of(12_000)).toEqual([
      expect.stringMatching(/\(12000\) that, by the threshold in use, about 1[01] of 100 strangers/),
    ]);
  });

  test('says how many pictures can not be recognised yet', () => {
    const engine = { workers: 1, busy: 0, waiting: 0, enrolled: 17, runtime: 'onnx' as const };
    expect(warnings({ engine })).toEqual([
      expect.stringMatching(/^3 of the 20 reference pictures can't be recognised yet/),
    ]);
  });

  test('says that poor pictures are taken, and that a model is another', () => {
    expect(warnings({ config: parseConfig({ QUALITY_FILTER: 'none' }) })).toEqual([
      expect.stringContaining('QUALITY_FILTER=none'),
    ]);
    expect(warnings({ config: parseConfig({ MODEL_NAME: 'VGG-Face' }) })).toEqual([
      'MODEL_NAME asks for VGG-Face, which this service does not have: Fusion is used.',
    ]);
  });

  test('says which receivers of match events are behind, or were never told', () => {
    const receiver = 'https://example.com';
    const soon = {
      receiver,
      pending: 3,
      oldest_pending: new Date().toISOString(),
      given_up: 0,
      last_error: 'It answered 500.',
    };
    expect(warnings({ webhooks: [soon] })).toEqual([]);
    const late = { ...soon, oldest_pending: '2026-01-01T00:00:00.000Z', given_up: 2 };
    expect(warnings({ webhooks: [late] })).toEqual([
      'https://example.com has not been told of 3 matches, the oldest of 2026-01-01T00:00:00.000Z. The last attempt failed: It answered 500.',
      'https://example.com was never told of 2 matches: it did not take them for three days.',
    ]);
  });
});

describe('who lets people in', () => {
  const eventOf = (requestContext: object) => ({ requestContext }) as APIGatewayProxyEvent;
  const identity = { userArn: null };

  test('is the service by its tokens, or nobody', () => {
    const event = eventOf({ identity });
    expect(authenticationOf({ apiTokens: ['secret'] }, event)).toBe('tokens');
    expect(authenticationOf({ apiTokens: [] }, event)).toBe('none');
    // An emulated gateway on one machine knows who asks, as the deployed one.
    const known = eventOf({ identity, authorizer: { claims: { sub: 'jane' } } });
    expect(authenticationOf({ apiTokens: [] }, known)).toBe('gateway');
  });

  test('is API Gateway in front of a function, if it knows who asks', () => {
    process.env.AWS_LAMBDA_FUNCTION_NAME = 'status';
    try {
      const of = (context: object) => authenticationOf({ apiTokens: [] }, eventOf(context));
      expect(of({ identity: { userArn: 'arn:aws:iam::123456789012:user/jane' } })).toBe('gateway');
      expect(of({ identity, authorizer: { claims: { sub: 'jane' } } })).toBe('gateway');
      expect(of({ identity })).toBe('none');
    } finally {
      delete process.env.AWS_LAMBDA_FUNCTION_NAME;
    }
  });
});
