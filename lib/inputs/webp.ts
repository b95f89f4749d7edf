/**
 * Chunks of pixel data, https://developers.google.com/speed/webp/docs/riff_container. For the lossless
 * decoder, missing bits are zeros.
 */
const lossy = 'VP8 ';
const lossless = 'VP8L';
const headBytes = 12;

/**
 * Corrects the lengths in a WebP file that has more or fewer bytes than they say. The decoder then finds out
 * if a pixel is missing.
 * @returns the same bytes if the lengths are right
 */
export function wholeRiff(bytes: Uint8Array): Uint8Array {
  const riff = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (riff.length < headBytes || riff.readUInt32LE(4) + 8 === riff.length) return bytes;

  const parts: Buffer[] = [];
  for (let start = headBytes; start + 8 <= riff.length; ) {
    const type = riff.toString('latin1', start, start + 4);
    // The rest does not belong to the picture.
    if (!/^[A-Z][A-Z0-9]{2}[A-Z0-9 ]$/.test(type)) break;
    const length = riff.readUInt32LE(start + 4);
    const end = start + 8 + length + (length % 2);
    if (end <= riff.length) parts.push(riff.subarray(start, end));
    else if (type === lossless && riff.length < start + 8 + length) return bytes;
    else if (type === lossy || type === lossless) {
      parts.push(chunk(type, riff.subarray(start + 8, start + 8 + length)));
    }
    start = end;
  }
  if (parts.length === 0) return bytes;
  const content = Buffer.concat(parts);
  const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  head.writeUInt32LE(4 + content.length, 4);
  return Buffer.concat([head, content]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}
