import { readFaceApiWeights } from './face-api.ts';
import { type Layer, NetworkBuilder } from './layers.ts';
import type { Weight } from './tfjs-weights.ts';

const inputSize = 150;

/** Blocks of the network after its first convolution. Those named `down` halve the picture's sides. */
const blocks = [
  ...['conv32_1', 'conv32_2', 'conv32_3'],
  ...['conv64_down', 'conv64_1', 'conv64_2', 'conv64_3'],
  ...['conv128_down', 'conv128_1', 'conv128_2'],
  ...['conv256_down', 'conv256_1', 'conv256_2', 'conv256_down_out'],
] as const;

/**
 * Converts dlib's face recognition ResNet to an ONNX model, from the weights that face-api has of it. The
 * layers are those of face-api's `FaceRecognitionNet`; each convolution's scale is folded into its filters.
 *
 * Input `input`: `[faces, 3, 150, 150]`, RGB, each channel less its mean, over 255. Output `output`:
 * `[faces, 128]`.
 *
 * @param folder of `face_recognition_model-weights_manifest.json` and its weights.
 */
export async function dlibNetwork(folder: string): Promise<Uint8Array> {
  const weights = await readFaceApiWeights(folder, 'face_recognition_model');
  const builder = new NetworkBuilder(3, inputSize, inputSize);
  const convolve = (from: Layer, name: string, stride: 1 | 2) => {
    const { filters, bias } = foldScale(weights, name);
    return builder.convolve(from, name, filters, bias, stride, stride === 1 ? 'SAME' : 'VALID');
  };
  const first = builder.relu(convolve(builder.input, 'conv32_down', 2), 'first');
  let last = builder.pool('Max', first, 'pooled', 3, 2, 'VALID');
  for (const block of blocks) {
    const isDown = block.includes('down');
    const inner = builder.relu(convolve(last, `${block}/conv1`, isDown ? 2 : 1), `${block}/inner`);
    let residual = convolve(inner, `${block}/conv2`, 1);
    let shortcut = last;
    if (isDown) {
      const pooled = builder.pool('Average', last, `${block}/pooled`, 2, 2, 'VALID');
      shortcut = builder.addChannels(pooled, `${block}/shortcut`, residual.channels);
      const { height, width } = pooled;
      residual = builder.enlarge(residual, `${block}/residual`, { height, width });
    }
    last = builder.relu(builder.sum(residual, shortcut, `${block}/sum`), `${block}/out`);
  }
  builder.projectMeans(last, 'output', weights.get('fc') as Weight);
  return builder.build();
}

/** Folds a convolution's scale into its filters and bias: s * (w x + b) + t = (s w) x + (s b + t). */
function foldScale(weights: ReadonlyMap<string, Weight>, name: string) {
  const of = (part: string) => weights.get(`${name}/${part}`) as Weight;
  const { shape, data } = of('conv/filters');
  const scale = of('scale/weights').data;
  const offset = of('scale/biases').data;
  const bias = of('conv/bias').data.map(
    (value, output) => (scale[output] as number) * value + (offset[output] as number),
  );
  return {
    filters: { shape, data: data.map((value, index) => value * (scale[index % scale.length] as number)) },
    bias: { shape: [scale.length], data: bias },
  };
}
