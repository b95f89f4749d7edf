import type { ComponentChildren } from 'preact';
import { coverPath, faceOf, imagePath } from '../api/endpoints.ts';
import { chosenFace, type DraftPicture } from '../draft.ts';
import { texts } from '../texts.ts';
import { FaceCut, ServicePicture } from './picture.tsx';

const shownSize = 320;

/** Shows two faces side by side, to be compared by eye. */
export function FacePair({ one, other }: { one: Captioned; other: Captioned }) {
  return (
    <div class="pair">
      {[one, other].map(({ face, caption }, index) => (
        <figure key={index === 0 ? 'one' : 'other'}>
          {face}
          <figcaption dir="auto">{caption}</figcaption>
        </figure>
      ))}
    </div>
  );
}

interface Captioned {
  readonly face: ComponentChildren;
  readonly caption: string;
}

/** Shows the chosen face of a picture that is not sent yet. */
export function ChosenFace({ picture }: { picture: DraftPicture }) {
  const { url, size, name } = picture;
  const area = chosenFace(picture)?.area;
  if (size && area) return <FaceCut source={url} size={size} box={area} alt={name} />;
  return (
    <span class="picture">
      <img src={url} alt={name} />
    </span>
  );
}

/** Shows the face of a listed person: that of a reference picture, or of the cover if none is known. */
export function ListedFace({
  entryId,
  imageId,
  name,
}: {
  entryId: number;
  imageId: string | null;
  name: string;
}) {
  const path = imageId === null ? coverPath(entryId) : faceOf(imagePath(entryId, imageId), shownSize);
  return <ServicePicture path={path} alt={texts.verdicts.listedPictureOf(name)} />;
}
