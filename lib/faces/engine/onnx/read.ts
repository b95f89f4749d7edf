/** A field of a protocol buffer message. */
export interface Field {
  readonly number: number;
  /** Value of a field that holds a number. */
  readonly value: number;
  /** Start of the field, with its tag. */
  readonly tagStart: number;
  /** Start and end of a field that holds bytes. */
  readonly start: number;
  readonly end: number;
}

/** Reads the fields of the message in these bytes, of every kind that ONNX's messages have. */
export function* fields(view: DataView, start: number, end: number): Generator<Field> {
  let at = start;
  const varint = () => {
    let result = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = view.getUint8(at++);
      result += (byte & 0x7f) * shift;
      if (byte < 0x80) return result;
    }
  };
  while (at < end) {
    const tagStart = at;
    const tag = varint();
    const number = tag >>> 3;
    const wireType = tag & 7;
    const value = wireType === 0 ? varint() : 0;
    const size = wireType === 2 ? varint() : wireType === 5 ? 4 : wireType === 1 ? 8 : 0;
    yield { number, value, tagStart, start: at, end: at + size };
    at += size;
  }
}
