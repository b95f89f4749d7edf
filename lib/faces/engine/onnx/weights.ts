import { type Field, fields } from './read.ts';

/**
 * Field numbers of ONNX's protocol buffer messages on the way to the weights:
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
const graphField = 7;
const initializerField = 5;
const dataTypeField = 2;
const rawDataField = 9;
const floatType = 1;

/**
 * Exponent below which weights are taken for zero: 2^-67, too small to change a 32-bit sum of ordinary
 * numbers.
 */
const tinyExponent = 60;

/**
 * Sets an ONNX model's tiny 32-bit weights to zero, in place. Training leaves weights around 1e-38 in
 * channels that it has switched off. These weights and their products are subnormal numbers, with which
 * processors are a hundred times slower. MobileFaceNet's embeddings stay the same to the last bit, and an
 * inference takes a fifth of the time.
 */
export function zeroTinyWeights(model: Uint8Array): void {
  const view = new DataView(model.buffer, model.byteOffset, model.byteLength);
  for (const graph of fields(view, 0, view.byteLength)) {
    if (graph.number !== graphField) continue;
    for (const tensor of fields(view, graph.start, graph.end)) {
      if (tensor.number === initializerField) zeroTensor(view, tensor);
    }
  }
}

function zeroTensor(view: DataView, tensor: Field): void {
  const parts = [...fields(view, tensor.start, tensor.end)];
  const isFloat = parts.some(({ number, value }) => number === dataTypeField && value === floatType);
  const raw = parts.find(({ number }) => number === rawDataField);
  if (!isFloat || !raw) return;
  for (let at = raw.start; at < raw.end; at += 4) {
    const exponent = (view.getUint32(at, true) >>> 23) & 0xff;
    if (exponent < tinyExponent) view.setUint32(at, 0, true);
  }
}
