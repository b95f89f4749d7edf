import type { Size } from '../api/pictures.ts';
import type { Verdict } from '../model/verdicts.ts';
import { texts } from '../texts.ts';
import { FaceCut, NoPicture } from './picture.tsx';

/** A picture that this page has already. */
export interface ShownPicture {
  readonly url: string;
  readonly size: Size;
}

/** Shows a face of the picture that was checked. */
export function FaceOf({
  picture,
  verdict: { face },
}: {
  picture: ShownPicture | undefined;
  verdict: Verdict;
}) {
  const alt = texts.verdicts.faceOfPicture(face.face_index + 1);
  if (face.facial_area === null) return <NoPicture alt={alt} />;
  if (picture === undefined) return <span class="picture skeleton" />;
  return <FaceCut source={picture.url} size={picture.size} box={face.facial_area} alt={alt} />;
}
