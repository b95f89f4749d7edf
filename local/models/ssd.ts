import { readFaceApiWeights } from './face-api.ts';
import { type Layer, NetworkBuilder } from './layers.ts';
import type { Weight } from './tfjs-weights.ts';

const inputSize = 512;

/** Numbers of the convolutions that halve the picture's sides. */
const halvingLayers = new Set([2, 4, 6, 12]);
/** Epsilon of TensorFlow's batch normalization in this network. */
const epsilon = 0.001;

/**
 * Converts face-api's face detector, an SSD on MobileNet V1, to an ONNX model. The layers are those of
 * face-api's `SsdMobilenetv1`; each batch normalization is folded into the filters before it.
 *
 * Input `input`: `[pictures, 3, 512, 512]`, RGB, -1..1. Outputs:
 * - `boxes.0` to `boxes.5`: `[pictures, places, 4]`, the box of each place relative to its anchor;
 * - `classes.0` to `classes.5`: `[pictures, places, 3]`, whose second number is the logit of a face;
 * - `anchors`: the anchor of each place as `top, left, bottom, right`, 0..1, in the same order.
 *
 * @param folder of `ssd_mobilenetv1_model-weights_manifest.json` and its weights.
 */
export async function ssdNetwork(folder: string): Promise<Uint8Array> {
  const weights = await readFaceApiWeights(folder, 'ssd_mobilenetv1_model');
  const weightOf = (name: string) => weights.get(name) as Weight;
  const builder = new NetworkBuilder(3, inputSize, inputSize);

  const pointwise = (from: Layer, name: string, stride = 1) => {
    const bias = weightOf(`${name}/convolution_bn_offset`);
    const convolved = builder.convolve(from, name, weightOf(`${name}/weights`), bias, stride, 'SAME');
    return builder.relu6(convolved, `${name}/out`);
  };
  const predict = (from: Layer, index: number) => {
    for (const [output, predictor, columns] of [
      ['boxes', 'BoxEncoding', 4],
      ['classes', 'Class', 3],
    ] as const) {
      const name = `Prediction/BoxPredictor_${index}/${predictor}Predictor`;
      const filters = weightOf(`${name}/weights`);
      const predicted = builder.convolve(from, name, filters, weightOf(`${name}/biases`), 1, 'SAME');
      builder.output(predicted, `${output}.${index}`, columns);
    }
  };

  let layer = pointwise(builder.input, 'MobilenetV1/Conv2d_0_pointwise', 2);
  for (let index = 1; index <= 13; index++) {
    const name = `MobilenetV1/Conv2d_${index}_depthwise`;
    const { filters, bias } = foldNormalization(weights, name);
    const filtered = builder.convolveEach(
      layer,
      name,
      filters,
      bias,
      halvingLayers.has(index) ? 2 : 1,
      'SAME',
    );
    layer = pointwise(builder.relu6(filtered, `${name}/out`), `MobilenetV1/Conv2d_${index}_pointwise`);
    if (index === 11) predict(layer, 0);
  }
  predict(layer, 1);
  for (let index = 0; index < 8; index += 2) {
    layer = pointwise(layer, `Prediction/Conv2d_${index}_pointwise`);
    layer = pointwise(layer, `Prediction/Conv2d_${index + 1}_pointwise`, 2);
    predict(layer, 2 + index / 2);
  }
  builder.constant('anchors', weightOf('Output/extra_dim'));
  return builder.build();
}

/** Folds gamma * (w x - mean) / sqrt(variance + epsilon) + beta into filters and a bias. */
function foldNormalization(weights: ReadonlyMap<string, Weight>, name: string) {
  const of = (part: string) => (weights.get(`${name}/${part}`) as Weight).data;
  const { shape, data } = weights.get(`${name}/depthwise_weights`) as Weight;
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((part) =>
    of(`BatchNorm/${part}`),
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const scale = gamma.map((value, index) => value / Math.sqrt((variance[index] as number) + epsilon));
  return {
    filters: { shape, data: data.map((value, index) => value * (scale[index % scale.length] as number)) },
    bias: {
      shape: [scale.length],
      data: beta.map((value, index) => value - (mean[index] as number) * (scale[index] as number)),
    },
  };
}
