import type { Picture } from '../inputs/picture.ts';
import type { WithPicture } from './port.ts';

/** Runs work with a picture that the caller holds in any case, or with one that is released when the work ends. */
export function withPictureOf(picture: Picture | WithPicture): WithPicture {
  return typeof picture === 'function' ? picture : (work) => work(picture);
}
