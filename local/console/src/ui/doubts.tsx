import type { DraftPicture } from '../draft.ts';
import type { Doubts } from '../enrollment.ts';
import { similarityOf } from '../format.ts';
import { paths } from '../routes.ts';
import { texts } from '../texts.ts';
import { Dialog } from './dialog.tsx';

export interface DoubtsDialogProps {
  readonly doubts: Doubts;
  /** Label of the button that goes on in spite of them. */
  readonly action: string;
  readonly onGoOn: () => void;
  /** Gives the pictures to a person who is listed already. */
  readonly onAddTo: (entryId: number) => void;
  readonly onClose: () => void;
}

/** Asks before anybody is listed twice, or pictures of two people become one entry. */
export function DoubtsDialog({ doubts, action, onGoOn, onAddTo, onClose }: DoubtsDialogProps) {
  const { duplicates, strangers } = doubts;
  return (
    <Dialog title={texts.people.lookTwice} onClose={onClose}>
      {duplicates.length > 0 && (
        <div>
          <p>
            <strong>{texts.people.maybeListed}</strong>
          </p>
          <ul class="doubts">
            {duplicates.map(({ id, name, similarity }) => (
              <li key={id}>
                <span>
                  {texts.people.personAlike(
                    <a href={paths.entry(id)} dir="auto">
                      {name}
                    </a>,
                    similarityOf(similarity),
                  )}
                </span>
                <button type="button" class="button" onClick={() => onAddTo(id)}>
                  {texts.people.addPicturesTo(name)}
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
      {strangers.length > 0 && (
        <div>
          <p>
            <strong>{texts.people.strangers(strangers.length)}</strong>
          </p>
          <ul class="doubts">
            {strangers.map(({ picture, similarity }) => (
              <Stranger key={picture.id} picture={picture} similarity={similarity} />
            ))}
          </ul>
        </div>
      )}
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>
          {texts.people.back}
        </button>
        <button type="button" class="button danger" onClick={onGoOn}>
          {action}
        </button>
      </div>
    </Dialog>
  );
}

function Stranger({ picture: { url, name }, similarity }: { picture: DraftPicture; similarity: number }) {
  return (
    <li>
      <img src={url} alt="" />
      <span>{texts.people.personAlike(<bdi>{name}</bdi>, similarityOf(similarity))}</span>
    </li>
  );
}
