import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigError, type CustomModelConfig } from '../../../../lib/config.ts';
import { distanceMetrics } from '../../../../lib/contract/vocabulary.ts';
import {
  loadCustomNetwork,
  openCustomModel,
  pictureInputOfShape,
} from '../../../../lib/faces/engine/embed/custom-model.ts';
import { fitArcFace } from '../../../../lib/faces/engine/geometry/chips.ts';
import { similarityAt } from '../../../../lib/faces/engine/models/calibration.ts';
import { embeddingModels } from '../../../../lib/faces/engine/models/models.ts';
import { type OnnxTensor, writeOnnx } from '../../../../lib/faces/engine/onnx/graph.ts';
import { WorkerPool } from '../../../../lib/faces/engine/pool.ts';
import type { FaceBackend } from '../../../../lib/faces/port.ts';
import type { Picture } from '../../../../lib/inputs/picture.ts';
import { gallery } from '../../../suites/faces/fixtures.ts';
import { portraits, smallSample } from '../../samples.ts';
import { galleries } from '../open.ts';
import { mobileFaceNetConfig, type SmallModel, smallModel, writeOtherWay } from './custom-models.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'models-'));
});
afterAll(() => rm(folder, { recursive: true }));

let written = 0;
async function configOf(model: Uint8Array | string): Promise<CustomModelConfig> {
  const path = join(folder, `model-${written++}.onnx`);
  await writeFile(path, model);
  return { ...mobileFaceNetConfig, path };
}

/** Gives the message with which a model is refused. */
async function refusal(config: CustomModelConfig): Promise<string> {
  const error = await openCustomModel(config).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConfigError);
  return (error as ConfigError).message;
}

describe("a picture's place in the input of a network", () => {
  const nchw = { layout: 'NCHW', size: 112, batch: 1 };
  const nhwc = { layout: 'NHWC', size: 112, batch: 1 };
  test.each([
    [[1, 3, 112, 112], { ...nchw, isBatchFixed: true }],
    [['batch', 3, 112, 112], { ...nchw, isBatchFixed: false }],
    [[-1, 3, 112, 112], { ...nchw, isBatchFixed: false }],
    [['', 3, '', ''], { ...nchw, isBatchFixed: false }],
    [['', '', '', ''], { ...nchw, isBatchFixed: false }],
    [[8, 3, 'height', 160], { ...nchw, batch: 8, size: 160, isBatchFixed: true }],
    [[1, 112, 112, 3], { ...nhwc, isBatchFixed: true }],
    [['n', 128, 'width', 3], { ...nhwc, size: 128, isBatchFixed: false }],
    [['n', 'height', 'width', 3], { ...nhwc, isBatchFixed: false }],
    [[1, 3, 112, 96], undefined],
    [[1, 1, 112, 112], undefined],
    [[3, 112, 112], undefined],
    [[1, 3, 16, 16], undefined],
    [[1, 3, 1024, 1024], undefined],
    [[1000, 3, 112, 112], undefined],
    [[1, 512], undefined],
    [[], undefined],
  ])('%j', (shape, expected) => {
    expect(pictureInputOfShape(shape)).toEqual(expected);
  });

  test('larger chips show the same face, those of 128 with its margins', () => {
    const landmarks = {
      rightEye: [140, 200],
      leftEye: [260, 190],
      noseTip: [200, 260],
      mouthCentre: [205, 330],
    } as const;
    const [usual, twice, wide] = [112, 224, 128].map((size) => fitArcFace(landmarks, size));
    const place = (map = usual) => [
      (map?.a ?? 0) * 200 - (map?.b ?? 0) * 260 + (map?.tx ?? 0),
      (map?.b ?? 0) * 200 + (map?.a ?? 0) * 260 + (map?.ty ?? 0),
    ];
    const [x = 0, y = 0] = place();
    expect([x, y]).toEqual([expect.closeTo(56, -1), expect.closeTo(71, -1)]);
    expect(place(twice)).toEqual([expect.closeTo(2 * x, 9), expect.closeTo(2 * y, 9)]);
    expect(place(wide)).toEqual([expect.closeTo(x + 8, 9), expect.closeTo(y, 9)]);
  });
});

describe('a model of MODEL_PATH', () => {
  test.each([
    ['free', ['faces', 3, 32, 32]],
    ['one', [1, 3, 32, 32]],
    ['four', [4, 3, 32, 32]],
  ])('may have any batch: %s', async (_, shape) => {
    const { network, dimensions } = await loadCustomNetwork(await configOf(smallModel({ shape })));
    expect(network).toMatchObject({ layout: 'NCHW', size: 32 });
    expect(dimensions).toBe(96);
  });

  test('has the thresholds that follow from its cosine distance, and a similarity that means as much as elsewhere', async () => {
    const { calibration, ...model } = await openCustomModel(mobileFaceNetConfig);
    const { dimensions, thresholds } = embeddingModels.MobileFaceNet;
    expect(model.dimensions).toBe(dimensions);
    for (const metric of distanceMetrics) expect(model.thresholds[metric]).toBeCloseTo(thresholds[metric], 3);
    expect(similarityAt(calibration, 0.56)).toBeCloseTo(100 * (1 - 1e-5 ** (1 / 3)), 6);
    const measured = await openCustomModel({ ...mobileFaceNetConfig, calibration: [0.8, 0.7, 0.6] });
    expect(similarityAt(measured.calibration, 0.7)).toBeCloseTo(90, 6);
  });

  test('has a version of its own for each file and each setting that changes its embeddings', async () => {
    const versions = await Promise.all(
      [
        mobileFaceNetConfig,
        await writeOtherWay(folder),
        { ...mobileFaceNetConfig, channels: 'BGR' as const },
        { ...mobileFaceNetConfig, means: [127.5, 127.5, 127] as const },
        { ...mobileFaceNetConfig, scales: [127.5, 127.5, 127.5] as const },
      ].map(async (config) => (await openCustomModel(config)).version),
    );
    expect(new Set(versions).size).toBe(versions.length);
    const again = await openCustomModel({ ...mobileFaceNetConfig, threshold: 0.3 });
    expect(again.version).toBe(versions[0]);
  });

  test('is refused without its threshold, with the way to measure it', async () => {
    const message = await refusal({ ...mobileFaceNetConfig, threshold: undefined });
    expect(message).toContain('MODEL_THRESHOLD must be set');
    expect(message).toContain('npm run calibrate -- FOLDER');
  });

  const zero: OnnxTensor = { name: 'zero', shape: [], data: Float32Array.of(0) };
  const node = (operator: string, inputs: string[], output: string) => ({ operator, inputs, output });
  const nothing = node('Mul', ['rows', 'zero'], 'nothing');
  const output = { name: 'output', shape: ['faces', 'numbers'] };
  const square = (name: string, side: number) => ({
    name,
    shape: [side, side],
    data: Float32Array.from({ length: side * side }, (_, index) => (index % (side + 1) === 0 ? 1 : 0)),
  });
  const small = (model: SmallModel) => () => configOf(smallModel(model));
  const twoOf = (input: string, result: string) =>
    writeOnnx([node('Relu', [input], result)], [], { name: input, shape: [1, 3, 32, 32] }, [
      { name: result, shape: [1] },
    ]);

  const refused: Record<string, readonly [() => Promise<CustomModelConfig>, RegExp]> = {
    'is not there': [
      async () => ({ ...mobileFaceNetConfig, path: '/no/such.onnx' }),
      /such\.onnx does not exist/,
    ],
    'is a folder': [async () => ({ ...mobileFaceNetConfig, path: folder }), /is not a file/],
    'is empty': [() => configOf(''), /can't be loaded/],
    'is no model': [() => configOf('name,age\n'.repeat(1000)), /can't be loaded/],
    'has two inputs and outputs': [
      // Two messages of protocol buffers, one after the other, are one message with the fields of both.
      () => configOf(Buffer.concat([twoOf('one', 'first'), twoOf('other', 'second')])),
      /has 2 inputs and 2 outputs/,
    ],
    'takes no square': [small({ shape: ['faces', 3, 32, 48] }), /takes \[faces, 3, 32, 48\]/],
    'takes gray pictures': [small({ shape: [1, 1, 64, 64] }), /takes \[1, 1, 64, 64\]/],
    'gives too many numbers': [small({ over: 1, shape: [1, 3, 64, 64] }), /gives 4096 numbers/],
    'gives a class': [
      async () =>
        configOf(
          writeOnnx(
            [
              {
                operator: 'ReduceMean',
                inputs: ['input'],
                output: 'output',
                attributes: { axes: [2, 3], keepdims: 0 },
              },
            ],
            [],
            { name: 'input', shape: [1, 3, 32, 32] },
            [output],
          ),
        ),
      /gives 3 numbers/,
    ],
    'gives zeros': [
      small({ nodes: [{ ...nothing, output: 'output' }], tensors: [zero] }),
      /zero or no numbers/,
    ],
    'gives no numbers': [
      small({ nodes: [nothing, node('Div', ['nothing', 'zero'], 'output')], tensors: [zero] }),
      /zero or no numbers/,
    ],
    'gives the same for all': [
      small({
        nodes: [nothing, node('Add', ['nothing', 'one'], 'output')],
        tensors: [zero, { name: 'one', shape: [], data: Float32Array.of(1) }],
      }),
      /same embedding for different pictures/,
    ],
    'fails on a picture': [
      small({
        shape: ['faces', 3, 'height', 'width'],
        nodes: [node('MatMul', ['rows', 'square'], 'output')],
        tensors: [square('square', 40)],
      }),
      /fails on a picture/,
    ],
  };
  test.each(Object.entries(refused))('is refused when it %s', async (_, [config, why]) => {
    const message = await refusal(await config());
    expect(message).toMatch(/^MODEL_PATH takes an ONNX model .+\. .+\.$/);
    expect(message).toMatch(why);
  });
});

describe('the same network in other clothes', () => {
  let other: CustomModelConfig;
  let group: Picture;
  beforeAll(async () => {
    other = await writeOtherWay(folder);
    group = await smallSample(3);
  });

  async function embeddingsBy(config: CustomModelConfig) {
    const { network } = await loadCustomNetwork(config);
    const settings = { minConfidence: 0.15, modelName: 'Custom', customNetwork: network } as const;
    const pool = await WorkerPool.start(1, settings);
    try {
      const { width, height, pixels } = group;
      return await pool.run({ picture: { width, height, pixels }, models: ['Custom', 'MobileFaceNet'] });
    } finally {
      await pool.close();
    }
  }

  test.each([
    ['its own file', () => mobileFaceNetConfig],
    ['BGR, channels last, values of 0..2', () => other],
  ])("gives MobileFaceNet's embeddings: %s", async (_, config) => {
    const faces = await embeddingsBy(config());
    expect(faces).toHaveLength(3);
    for (const { embeddings } of faces) {
      const [custom = [], known = []] = [embeddings.Custom, embeddings.MobileFaceNet];
      expect(custom).toHaveLength(512);
      const errors = [...custom].map((value, index) => Math.abs(value - (known[index] as number)));
      expect(Math.max(...errors)).toBeLessThan(1e-5);
    }
  });

  test('a worker that would read another file than the one that was looked at does not start', async () => {
    const config = await configOf(smallModel({}));
    const { network } = await loadCustomNetwork(config);
    await writeFile(config.path, smallModel({ over: 2 }));
    const settings = { minConfidence: 0.15, modelName: 'Custom', customNetwork: network } as const;
    await expect(WorkerPool.start(1, settings)).rejects.toMatchObject({
      cause: expect.objectContaining({ message: expect.stringContaining('has changed since the start') }),
    });
  });
});

describe('an engine with a model of the user', () => {
  test('matches by it unless another is asked for, and wants its faces enrolled again when it is changed', async () => {
    const files = await galleries();
    try {
      const owner = { entryId: 1, imageId: 'portrait' };
      const enrolled = { ...owner, faceId: null };
      const open = async (config: CustomModelConfig): Promise<FaceBackend> =>
        files.open({ modelName: 'Custom', customModel: await openCustomModel(config) });

      const engine = await open(mobileFaceNetConfig);
      expect(engine.modelId).toBe('Custom');
      const portrait = (await portraits(engine, 3))[1] as Picture;
      await engine.enroll(portrait, owner);
      expect(await gallery(engine)).toEqual([{ ...enrolled, isCurrent: true }]);
      const probe = await smallSample(1);
      const own = await engine.match(probe, {});
      const known = await engine.match(probe, { modelName: 'MobileFaceNet' });
      expect([own.model, known.model]).toEqual(['Custom', 'MobileFaceNet']);
      const hits = ({ faces }: typeof own) =>
        faces.map(({ matches }) =>
          matches.map(({ imageId, distance }) => [imageId, expect.closeTo(distance, 5)]),
        );
      expect(hits(known).flat()).toHaveLength(1);
      expect(
        own.faces.map(({ matches }) => matches.map(({ imageId, distance }) => [imageId, distance])),
      ).toEqual(hits(known));
      expect((await engine.match(probe, { modelName: 'ArcFace' })).model).toBe('Custom');
      await engine.close();

      const changed = await open(await writeOtherWay(folder));
      expect(await gallery(changed)).toEqual([{ ...enrolled, isCurrent: false }]);
      expect((await changed.match(portrait, {})).faces[0]?.matches).toEqual([]);
      await changed.enroll(portrait, owner);
      expect((await changed.match(portrait, {})).faces[0]?.matches).toMatchObject([
        { imageId: owner.imageId },
      ]);
      await changed.remove([enrolled]);
      expect((await files.database()).prepare('SELECT count(*) AS count FROM faces').get()).toEqual({
        count: 0,
      });
    } finally {
      await files.remove();
    }
  });
});
