import { SourceError } from './port.ts';

interface Symptom {
  readonly sign: RegExp;
  readonly words: string;
  readonly isRefused?: true;
}

/** Signs of a failure in the last lines of ffmpeg or in an error's code, each with a sentence for it. */
const symptoms: readonly Symptom[] = [
  {
    sign: /\b401\b|unauthorized|authorization failed/i,
    words: 'It refuses the user or the password.',
    isRefused: true,
  },
  { sign: /\b403\b|forbidden/i, words: 'It forbids this user to watch.', isRefused: true },
  {
    sign: /\b404\b|stream not found|method describe failed/i,
    words: 'It has no such stream: check the path.',
  },
  { sign: /connection refused|ECONNREFUSED/i, words: 'Nothing listens at that host and port.' },
  {
    sign: /no route to host|network is unreachable|EHOSTUNREACH|ENETUNREACH/i,
    words: 'There is no way to that host.',
  },
  {
    sign: /name or service not known|failed to resolve|temporary failure in name|ENOTFOUND|EAI_AGAIN/i,
    words: 'Its host name is not known.',
  },
  { sign: /certificate|tls|ssl/i, words: 'Its TLS certificate is not trusted, or it speaks no TLS.' },
  {
    sign: /connection timed out|operation timed out|ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT/i,
    words: 'It does not answer in time.',
  },
  {
    sign: /connection reset|broken pipe|ECONNRESET|UND_ERR_SOCKET|EPIPE/i,
    words: 'It closed the connection.',
  },
  {
    sign: /not in whitelist|not on whitelist/i,
    words: 'It is of a format, or names another source, that is not taken.',
  },
  {
    sign: /decoder .*not found|unknown decoder|could not find codec|unsupported codec/i,
    words: 'Its codec is not known to this ffmpeg.',
  },
  {
    sign: /cannot allocate memory|failed to allocate|get_buffer\(\) failed/i,
    words: 'Its video wants more memory than a camera may take.',
  },
  {
    sign: /matches no streams|does not contain any stream|no video/i,
    words: 'There is no video in it.',
  },
  {
    sign: /invalid data found|moov atom not found|could not find codec parameters/i,
    words: 'It is no video, or a damaged one.',
  },
  { sign: /permission denied|EACCES/i, words: 'This user may not open it.' },
  { sign: /no such file|ENOENT/i, words: 'There is no such file or device.' },
  // The node of a camera that was unplugged may still be there.
  { sign: /no such device/i, words: 'The device is not plugged in.' },
  { sign: /device or resource busy|EBUSY/i, words: 'Another program uses the device.' },
  {
    sign: /inappropriate ioctl|not a video capture device|support the streaming i\/o method/i,
    words: 'It is no camera, or not the node that gives its pictures: try the next number.',
  },
  {
    sign: /unknown input format/i,
    words: 'This ffmpeg can read no USB camera: that takes Linux, and a build with v4l2.',
  },
];

/**
 * Makes the error for a failure, in words that name no address.
 * @param signs texts in which the reason may stand, the surest first
 * @param otherwise sentence where none of them tells
 */
export function failureOf(signs: readonly string[], otherwise: string, cause?: unknown): SourceError {
  for (const text of signs) {
    const found = symptoms.find(({ sign }) => sign.test(text));
    if (found) return new SourceError(found.words, { isRefused: found.isRefused === true, cause });
  }
  return new SourceError(otherwise, { cause });
}
