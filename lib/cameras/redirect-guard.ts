/** Characters that are kept of what has passed: ffmpeg reads no line that is longer. */
const keptLength = 2_048;
/** Status line of a redirect, in each form that ffmpeg would take for one. */
const redirect = /RTSP\/\S*\s+[+0]*3\d\d/;

/**
 * Makes a function that tells if what a camera sends has a redirect in it. ffmpeg would follow that to any
 * host. It is looked for everywhere, because whoever is hostile may hide where an answer begins.
 */
export function redirectGuard(): (chunk: Uint8Array) => boolean {
  let kept = '';
  return (chunk) => {
    // ffmpeg passes over carriage returns wherever they stand.
    const text = kept + Buffer.from(chunk).toString('latin1').replaceAll('\r', '');
    kept = text.slice(-keptLength);
    return redirect.test(text);
  };
}
