import { useState } from 'preact/hooks';
import type { BlacklistRecord, ReferenceImage } from '../../../../lib/contract/shapes.ts';
import { useMay } from '../api/caller.ts';
import { deleteImage, faceOf, getStatus, imagePath, listImages } from '../api/endpoints.ts';
import { forgetPictures } from '../api/pictures.ts';
import { addFiles, clearDraft, movePictures, picturesFor } from '../draft.ts';
import { isToSend } from '../enrollment.ts';
import { dateOf } from '../format.ts';
import { useLoad } from '../load.ts';
import { valuesOf } from '../model/person.ts';
import { go, paths } from '../routes.ts';
import { useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { useEnrolling } from '../use-enrolling.ts';
import { Confirm } from './dialog.tsx';
import { DoubtsDialog } from './doubts.tsx';
import { DraftPictures } from './draft-pictures.tsx';
import { Duplicates } from './duplicates.tsx';
import { Icon } from './icon.tsx';
import { tell } from './live.tsx';
import { ServicePicture } from './picture.tsx';
import { PictureInput } from './picture-input.tsx';
import { ReferencePicture } from './reference-picture.tsx';
import { Failure, Notice } from './states.tsx';
import { ToldText } from './told.tsx';

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
  const [looking, setLooking] = useState<ReferenceImage>();
  const [removing, setRemoving] = useState<ReferenceImage>();
  const mayEdit = useMay('editor');
  const mayRemove = useMay('admin');
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
      <ul class="references-grid">
        {data === undefined &&
          error === undefined &&
          Array.from({ length: entry.image_count }, (_, index) => (
            <li key={index} class="card">
              <span class="picture skeleton" />
            </li>
          ))}
        {data?.map((image) => (
          <ReferenceCard
            key={image.id}
            image={image}
            name={entry.name}
            isLast={data.length === 1}
            mayRemove={mayRemove}
            onLook={() => setLooking(image)}
            onRemove={() => setRemoving(image)}
          />
        ))}
      </ul>
      {data?.length === 1 && mayRemove && <p class="hint">{texts.people.lastStays}</p>}
      {mayEdit && <AddPictures entry={entry} onAdded={changed} />}
      {looking && (
        <ReferencePicture image={looking} name={entry.name} onClose={() => setLooking(undefined)} />
      )}
      {removing && (
        <RemovePicture
          image={removing}
          name={entry.name}
          onRemoved={changed}
          onClose={() => setRemoving(undefined)}
        />
      )}
    </section>
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
    await deleteImage(image.entry_id, image.id);
    forgetPictures(imagePath(image.entry_id, image.id));
    tell(texts.people.wasRemoved(title));
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

function AddPictures({ entry, onAdded }: { entry: BlacklistRecord; onAdded: () => void }) {
  const draft = picturesFor(entry.id);
  const pictures = useStore(draft);
  const status = useLoad('status', getStatus);
  const { isSending, outcome, doubts, error, send, goOn, reset } = useEnrolling({
    draft,
    person: () => ({ values: valuesOf(entry), entryId: entry.id }),
    onListed: () => {},
    onDone: (result) => {
      if (result.added > 0) tell(texts.people.picturesAdded(result.added));
      if (result.added === draft.value.length) clearDraft(draft);
      onAdded();
    },
  });
  const toSend = pictures.filter(isToSend).length;
  const addTo = (id: number) => {
    reset();
    movePictures(draft, picturesFor(id));
    go(paths.entry(id));
  };
  return (
    <div class="add-pictures">
      <PictureInput
        compact
        hint={texts.people.moreHint}
        onFiles={(files) => {
          reset();
          addFiles(draft, files, status.data?.settings.max_image_bytes);
        }}
      />
      <DraftPictures draft={draft} isBusy={isSending} entryId={entry.id} />
      {error !== undefined && (
        <div role="alert">
          <Notice kind="warning">
            <ToldText told={error} />
          </Notice>
        </div>
      )}
      {outcome && <Duplicates outcome={outcome} />}
      {pictures.length > 0 && (
        <div class="actions end">
          <button type="button" class="button" disabled={isSending} onClick={() => clearDraft(draft)}>
            {toSend > 0 ? texts.frame.cancel : texts.people.done}
          </button>
          {toSend > 0 && (
            <button type="button" class="button primary" disabled={isSending} onClick={() => void send()}>
              {isSending ? texts.people.adding : texts.people.addPictures(toSend)}
            </button>
          )}
        </div>
      )}
      {doubts && (
        <DoubtsDialog
          doubts={doubts}
          action={texts.people.addNevertheless(entry.name)}
          onGoOn={() => void goOn()}
          onAddTo={addTo}
          onClose={reset}
        />
      )}
    </div>
  );
}
