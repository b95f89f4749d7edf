import { useState } from 'preact/hooks';
import type { BlacklistRecord, ReferenceImage } from '../../../../lib/contract/shapes.ts';
import { untilGone } from '../api/again.ts';
import { useLacks, useMay } from '../api/caller.ts';
import { deleteImage, faceOf, imagePath, listImages } from '../api/endpoints.ts';
import { forgetPictures } from '../api/pictures.ts';
import { dateOf } from '../format.ts';
import { useLoad } from '../load.ts';
import { notify } from '../notices.ts';
import { texts } from '../texts.ts';
import { AddPictures } from './add-pictures.tsx';
import { Confirm } from './dialog.tsx';
import { Icon } from './icon.tsx';
import { ServicePicture } from './picture.tsx';
import { ReferencePicture } from './reference-picture.tsx';
import { Failure } from './states.tsx';

export interface EntryPicturesProps {
  readonly entry: BlacklistRecord;
  /** Called when there are others than before. */
  readonly onChange: () => void;
}

/** Shows a person's reference pictures: to look at, to remove, to add to. */
export function EntryPictures({ entry, onChange }: EntryPicturesProps) {
  const { data, error, reload } = useLoad(`images ${entry.id}`, (signal) => listImages(entry.id, signal), [
    'entry',
  ]);
  const mayEdit = useMay('editor');
  const lacksRemoving = useLacks('admin');
  const changed = () => {
    reload();
    onChange();
  };
  return (
    <section class="section" aria-labelledby="reference-pictures">
      <div class="section-head">
        <h2 id="reference-pictures">{texts.people.referencePictures}</h2>
        {data && <span class="hint">{texts.people.pictures(data.length)}</span>}
      </div>
      {error !== undefined && data === undefined && <Failure error={error} onRetry={reload} />}
      {data === undefined && error === undefined && <LoadingCards count={entry.image_count} />}
      {data && <ReferenceCards images={data} name={entry.name} onRemoved={changed} />}
      {data && mayEdit && lacksRemoving && <p class="hint">{texts.people.wrongPicture}</p>}
      {mayEdit && <AddPictures entry={entry} onAdded={changed} />}
    </section>
  );
}

interface ReferenceCardsProps {
  readonly images: readonly ReferenceImage[];
  readonly name: string;
  readonly onRemoved: () => void;
}

/** Shows the pictures of a person, and one of them at large or the question if it is to go. */
function ReferenceCards({ images, name, onRemoved }: ReferenceCardsProps) {
  const [looking, setLooking] = useState<ReferenceImage>();
  const [removing, setRemoving] = useState<ReferenceImage>();
  const mayRemove = useMay('admin');
  const isLast = images.length === 1;
  return (
    <>
      <ul class="references-grid">
        {images.map((image) => (
          <ReferenceCard
            key={image.id}
            {...{ image, name, isLast, mayRemove }}
            onLook={() => setLooking(image)}
            onRemove={() => setRemoving(image)}
          />
        ))}
      </ul>
      {isLast && mayRemove && <p class="hint">{texts.people.lastStays}</p>}
      {looking && <ReferencePicture image={looking} name={name} onClose={() => setLooking(undefined)} />}
      {removing && (
        <RemovePicture
          image={removing}
          name={name}
          onRemoved={onRemoved}
          onClose={() => setRemoving(undefined)}
        />
      )}
    </>
  );
}

function LoadingCards({ count }: { count: number }) {
  return (
    <ul class="references-grid">
      {Array.from({ length: count }, (_, index) => (
        <li key={index} class="card">
          <span class="picture skeleton" />
        </li>
      ))}
    </ul>
  );
}

interface ReferenceCardProps {
  readonly image: ReferenceImage;
  readonly name: string;
  readonly isLast: boolean;
  readonly mayRemove: boolean;
  readonly onLook: () => void;
  readonly onRemove: () => void;
}

function ReferenceCard({ image, name, isLast, mayRemove, onLook, onRemove }: ReferenceCardProps) {
  const { id, entry_id, file_name, added_date } = image;
  const title = file_name ?? texts.people.picture;
  return (
    <li class="card">
      <button type="button" class="picture-button" onClick={onLook} aria-label={texts.people.lookAt(title)}>
        <ServicePicture path={faceOf(imagePath(entry_id, id))} alt={texts.people.pictureOf(name, title)} />
      </button>
      <div class="card-text with-action">
        <div>
          <p class="card-name" title={title} dir="auto">
            {title}
          </p>
          <p class="hint">{dateOf(added_date)}</p>
        </div>
        {mayRemove && (
          <button type="button" class="button quiet icon-only" disabled={isLast} onClick={onRemove}>
            <Icon name="trash" />
            <span class="visually-hidden">{texts.people.removePicture(title)}</span>
          </button>
        )}
      </div>
    </li>
  );
}

function RemovePicture({
  image,
  name,
  onRemoved,
  onClose,
}: {
  image: ReferenceImage;
  name: string;
  onRemoved: () => void;
  onClose: () => void;
}) {
  const title = image.file_name ?? texts.people.thisPicture;
  const run = async () => {
    await untilGone(() => deleteImage(image.entry_id, image.id));
    forgetPictures(imagePath(image.entry_id, image.id));
    notify(texts.people.wasRemoved(title));
    onRemoved();
    onClose();
  };
  return (
    <Confirm
      title={texts.people.removeWhich(title)}
      action={texts.people.removePicture(title)}
      run={run}
      onClose={onClose}
    >
      <div class="confirm-picture">
        <ServicePicture
          path={faceOf(imagePath(image.entry_id, image.id))}
          alt={texts.people.pictureOf(name, title)}
        />
        <p>{texts.people.removeMeans(name)}</p>
      </div>
    </Confirm>
  );
}
