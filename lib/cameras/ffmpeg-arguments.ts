import type { CameraAddress } from './address.ts';

/** Microseconds after which ffmpeg gives up a camera that is silent. */
const silenceUs = 5_000_000;
/** Wider frames are made smaller: 4K would cost four times as much, and show little more. */
const maxWidth = 1920;

const networkProtocols = 'pipe,fd,tcp,tls,rtp,srtp,udp,rtsp,rtsps';
/** Formats of recordings. Playlists are left out: they may name other files. */
const fileFormats = 'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,mjpeg,h264,hevc';
/** Pixels of the largest picture that is decoded: 8K and a little. */
const maxPixels = ['-max_pixels', '40000000'];
const codecs = 'h264,hevc,mjpeg,mpeg4,mpeg2video,mpeg1video,vp8,vp9,av1,libdav1d,rawvideo';

export interface FfmpegCall {
  readonly arguments: readonly string[];
  /** Text for its input, which alone tells the address: the list of processes shows the arguments. */
  readonly input: string;
}

/** Makes the call that decodes an address into PPM pictures on its output. */
export function ffmpegCall(
  address: Exclude<CameraAddress, { kind: 'push' }>,
  framesPerSecond: number,
): FfmpegCall {
  const quiet = ['-hide_banner', '-nostdin', '-loglevel', 'warning', '-threads', '1'];
  const isRecording = address.kind === 'recording';
  return {
    arguments: [...quiet, ...inputOf(address), ...outputArguments(framesPerSecond, isRecording)],
    input: 'url' in address ? listOf(address.url) : '',
  };
}

function inputOf(address: Exclude<CameraAddress, { kind: 'push' }>): string[] {
  switch (address.kind) {
    case 'device':
      return ['-f', 'v4l2', '-i', address.path];
    case 'recording':
      return [
        ...['-protocol_whitelist', 'file', '-format_whitelist', fileFormats],
        ...['-codec_whitelist', codecs, ...maxPixels, '-i', `file:${address.path}`],
      ];
    default:
      return [
        ...['-protocol_whitelist', networkProtocols, '-codec_whitelist', codecs, ...maxPixels],
        ...['-f', 'concat', '-safe', '0', '-i', 'pipe:0'],
      ];
  }
}

/** Makes the list of one item that tells ffmpeg the address. In quotes, only a quote has a meaning. */
function listOf(url: URL): string {
  const options = /^rtsps?:$/.test(url.protocol)
    ? ['option rtsp_transport tcp', `option timeout ${silenceUs}`]
    : [`option rw_timeout ${silenceUs}`];
  return `${['ffconcat version 1.0', `file '${url.href.replaceAll("'", '%27')}'`, ...options].join('\n')}\n`;
}

/**
 * A live frame passes on as soon as it is due: `fps` would hold each back until the next one has come. It
 * keeps the pace of a recording, though, whose frames have no time but their number.
 */
function outputArguments(framesPerSecond: number, isRecording: boolean): string[] {
  const gap = (0.95 / framesPerSecond).toFixed(4);
  const pace = isRecording
    ? `fps=${framesPerSecond}`
    : `select='isnan(prev_selected_t)+gte(t-prev_selected_t,${gap})'`;
  const stills = isRecording ? '' : leavingOutStills(framesPerSecond);
  const filters = `${pace},${stills}scale=w='min(${maxWidth},iw)':h=-2`;
  return [
    ...['-map', '0:v:0', '-an', '-sn', '-dn', '-vf', filters, '-vsync', 'passthrough'],
    ...['-f', 'image2pipe', '-c:v', 'ppm', 'pipe:1'],
  ];
}

/**
 * Makes the filter that leaves out frames in which nothing changes: handing one on costs more than finding
 * that out. One in each 1.2 seconds passes all the same: nobody who stands still is lost, and silence means a
 * camera that is down. A block of 8 by 8 pixels has changed by 8 levels, or 2% of them by 5.
 */
function leavingOutStills(framesPerSecond: number): string {
  const most = Math.floor(1.2 * framesPerSecond) - 1;
  return most > 0 ? `mpdecimate=hi=${64 * 8}:lo=${64 * 5}:frac=0.02:max=${most},` : '';
}
