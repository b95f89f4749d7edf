import type { Picture } from '../inputs/picture.ts';
import type { WithPicture } from './comparing.ts';

/**
 * Returns a function that runs work with a picture. The caller may hold the picture itself, or pass a way to
 * it that releases it after the work.
 */
export function withPictureOf(picture: Picture | WithPicture): WithPicture {
  return typeof picture === 'function' ? picture : (work) => work(picture);
}
