import { useEffect, useState } from 'preact/hooks';
import type { ImportPicture } from '../import-state.ts';
import { setMeant } from '../importing.ts';
import { texts } from '../texts.ts';
import { FacePair, ListedFace } from './face-pair.tsx';

interface HeldPictureProps {
  readonly picture: ImportPicture;
  /** Place of the person in the import. */
  readonly index: number;
  /** Id of the person's entry; undefined if there is none yet. */
  readonly entryId: number | undefined;
  /** Name of the person. */
  readonly person: string;
}

/** Shows a picture that was held back beside the listed person, with a box to have it sent all the same. */
export function HeldPicture({ picture, index, entryId, person }: HeldPictureProps) {
  const { name, file, key, comparedWith = null, isMeant } = picture;
  const url = useUrl(file);
  const own = <span class="picture">{url && <img src={url} alt={name} />}</span>;
  return (
    <div class="held">
      {entryId === undefined ? (
        own
      ) : (
        <FacePair
          one={{ face: own, caption: file.name }}
          other={{
            face: <ListedFace entryId={entryId} imageId={comparedWith} name={person} />,
            caption: texts.checking.listed,
          }}
        />
      )}
      <label class="checkbox">
        <input
          type="checkbox"
          checked={isMeant === true}
          onChange={({ currentTarget }) => setMeant(index, key, currentTarget.checked)}
        />
        <span>{texts.importing.sendHeld}</span>
      </label>
    </div>
  );
}

/** Makes an address for a file, as long as it is shown. */
function useUrl(file: File): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url;
}
