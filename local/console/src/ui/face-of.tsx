import type { Size } from '../api/pictures.ts';
import type { Verdict } from '../model/verdicts.ts';
import { texts } from '../texts.ts';
import { FaceCut, NoPicture } from './picture.tsx';

/** A picture that this page has already. */
export interface ShownPicture {
  readonly url: string;
  readonly size: Size;
}

/** A picture that this page has, or gets: undefined until it is there, `null` if it never comes. */
export type ComingPicture = ShownPicture | null | undefined;

/** Shows a face of the picture that was checked. */
export function FaceOf({ picture, verdict: { face } }: { picture: ComingPicture; verdict: Verdict }) {
  const alt = texts.verdicts.faceOfPicture(face.face_index + 1);
  if (face.facial_area === null || picture === null) return <NoPicture alt={alt} />;
  if (picture === undefined) return <span class="picture skeleton" />;
  return <FaceCut source={picture.url} size={picture.size} box={face.facial_area} alt={alt} />;
}
