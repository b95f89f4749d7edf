import * as cpu from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FacialArea } from '../../../../lib/contract/shapes.ts';
import { writeOnnx } from '../../../../lib/faces/engine/onnx/graph.ts';
import type { Runtime } from '../../../../lib/faces/engine/runtime/port.ts';
import { loadBackend } from '../../../../lib/faces/engine/runtime/tfjs/backend.ts';
import { loadTfjs } from '../../../../lib/faces/engine/runtime/tfjs/session.ts';
import { loadRuntime } from '../../../../lib/faces/engine/runtime/this-thread.ts';
import type { FaceBackend } from '../../../../lib/faces/port.ts';
import type { Picture } from '../../../../lib/inputs/picture.ts';
import { fromLeftToRight, portrait, smallSample } from '../../samples.ts';
import { type Galleries, galleries } from '../open.ts';

describe('one gallery serves both runtimes', () => {
  let files: Galleries;
  let onnx: FaceBackend;
  let tfjs: FaceBackend;
  let group: Picture;
  let people: Picture[];
  beforeAll(async () => {
    files = await galleries();
    [onnx, tfjs] = await Promise.all([files.open({ runtime: 'onnx' }), files.open({ runtime: 'tfjs' })]);
    group = await smallSample(4);
    const faces = fromLeftToRight(await onnx.detect(group, {}));
    people = await Promise.all(faces.map(({ area }) => portrait(group, area)));
  });
  afterAll(() => files.remove());

  test('each says which it is', () => {
    expect(onnx.engine()?.runtime).toBe('onnx');
    expect(tfjs.engine()?.runtime).toBe('tfjs-wasm');
  });

  test.each(['mediapipe', 'ssd', 'mediapipe+ssd'])('both see the same faces: %s', async (detectorBackend) => {
    const [right, seen] = await Promise.all([
      onnx.detect(group, { detectorBackend }),
      tfjs.detect(group, { detectorBackend }),
    ]);
    expect(right).toHaveLength(4);
    expect(seen).toHaveLength(4);
    right.forEach(({ area, confidence }, index) => {
      const other = seen[index] as (typeof seen)[number];
      expect(other.confidence).toBeCloseTo(confidence, 3);
      expect(farthest(area, other.area)).toBeLessThanOrEqual(1);
    });
  });

  // Which of them enrolls makes no difference: the distance is that of the same two embeddings.
  test('who is enrolled by tfjs is found by ONNX Runtime, at no distance, by every model', async () => {
    const owner = { entryId: 1, imageId: 'by tfjs' };
    const [listed, other] = people as [Picture, Picture];
    await tfjs.enroll(listed, owner);
    for (const modelName of ['Fusion', 'MobileFaceNet', 'Dlib'] as const) {
      const { faces } = await onnx.match(listed, { modelName });
      const [match] = faces.flatMap(({ matches }) => matches);
      expect(match?.imageId).toBe(owner.imageId);
      expect(match?.distance).toBeLessThan(0.001);
    }
    const { faces } = await onnx.match(other, {});
    expect(faces.map(({ matches }) => matches)).toEqual([[]]);
  });
});

/** The most pixels by which an edge or a landmark of one lies elsewhere. */
function farthest(one: FacialArea, other: FacialArea): number {
  const edges = (['x', 'y', 'w', 'h'] as const).map((name) => Math.abs(one[name] - other[name]));
  const marks = (['left_eye', 'right_eye', 'nose', 'mouth_left', 'mouth_right'] as const).map((name) => {
    const [here, there] = [one[name], other[name]];
    if (!here || !there) return here === there ? 0 : Number.POSITIVE_INFINITY;
    return Math.max(Math.abs(here[0] - there[0]), Math.abs(here[1] - there[1]));
  });
  return Math.max(...edges, ...marks);
}

describe('a machine that ONNX Runtime has no build for', () => {
  const require = Object.assign(
    () => {
      throw new Error(
        'Error loading shared library ld-linux-x86-64.so.2: No such file or directory\nRequire stack:',
      );
    },
    { resolve: undefined },
  ) as unknown as NodeJS.Require;

  test('runs on tfjs', async () => {
    expect((await loadRuntime('auto', require)).name).toBe('tfjs-wasm');
  });

  test('says so where ONNX Runtime is asked for', async () => {
    const error = await loadRuntime('onnx', require).catch((reason: unknown) => reason);
    expect((error as Error).message).toBe(
      `ENGINE_RUNTIME=onnx: ONNX Runtime does not load on this machine (${process.platform}, ${process.arch}): ` +
        'Error loading shared library ld-linux-x86-64.so.2: No such file or directory. ' +
        'ENGINE_RUNTIME=auto or tfjs runs without it.',
    );
  });
});

describe('tfjs takes TensorFlow where tfjs-node is installed', () => {
  const wasm = '@tensorflow/tfjs-backend-wasm';
  /** Stands in for tfjs-node, whose library no registry has: tfjs' backend in JavaScript by its name. */
  const standIn = () => {
    tf.registerBackend('tensorflow', () => new cpu.MathBackendCPU());
    tf.copyRegisteredKernels('cpu', 'tensorflow');
    return tf;
  };
  const requireWith = (native: () => unknown) => (name: string) => {
    if (name === '@tensorflow/tfjs-node') return native();
    return name === wasm ? loadedWasm : tf;
  };
  let loadedWasm: unknown;
  beforeAll(async () => {
    loadedWasm = await import('@tensorflow/tfjs-backend-wasm');
  });
  afterAll(() => tf.removeBackend('tensorflow'));

  test.each([
    [
      'is not installed',
      () => {
        throw new Error("Cannot find module '@tensorflow/tfjs-node'");
      },
    ],
    ['computes wrong', () => ({ ...standIn(), ones: tf.zeros })],
  ])('and WASM where it %s', async (_, native) => {
    expect((await loadBackend(requireWith(native))).name).toBe('tfjs-wasm');
  });

  test('and computes the same there', async () => {
    const model = writeOnnx(
      [
        { operator: 'Conv', inputs: ['x', 'weights'], output: 'seen', attributes: { pads: [1, 1, 1, 1] } },
        { operator: 'PRelu', inputs: ['seen', 'slopes'], output: 'bent' },
        { operator: 'Flatten', inputs: ['bent'], output: 'y' },
      ],
      [
        { name: 'weights', shape: [4, 3, 3, 3], data: waves(108) },
        { name: 'slopes', shape: [4, 1, 1], data: waves(4) },
      ],
      { name: 'x', shape: [1, 3, 8, 8] },
      [{ name: 'y', shape: [1, 256] }],
    );
    const outputOf = async (runtime: Runtime) => {
      const { y } = await (await runtime.start(model)).run(waves(192), [1, 3, 8, 8]);
      return [...(y as Float32Array)];
    };
    const native = await loadTfjs(loadBackend(requireWith(standIn)));
    expect(native.name).toBe('tfjs-node');
    const right = await outputOf(await loadRuntime('onnx'));
    expect(new Set(right).size).toBeGreaterThan(100);
    expect(await outputOf(native)).toEqual(right.map((value) => expect.closeTo(value, 4)));
  });
});

function waves(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, at) => Math.sin(at * at));
}
