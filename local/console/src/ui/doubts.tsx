import type { DraftPicture } from '../draft.ts';
import type { Doubts } from '../enrollment.ts';
import { similarityOf } from '../model/words.ts';
import { paths } from '../routes.ts';
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
    <Dialog title="Look twice before this is kept" onClose={onClose}>
      {duplicates.length > 0 && (
        <div>
          <p>
            <strong>This may be somebody who is listed already:</strong>
          </p>
          <ul class="doubts">
            {duplicates.map(({ id, name, similarity }) => (
              <li key={id}>
                <span>
                  <a href={paths.entry(id)} dir="auto">
                    {name}
                  </a>
                  , {similarityOf(similarity)} alike
                </span>
                <button type="button" class="button" onClick={() => onAddTo(id)}>
                  Add the pictures to {name}
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
      {strangers.length > 0 && (
        <div>
          <p>
            <strong>
              {strangers.length === 1 ? 'A picture does' : 'Some pictures do'} not look like the person’s
              others:
            </strong>
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
          Back
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
      <span>
        {name}, {similarityOf(similarity)} alike
      </span>
    </li>
  );
}
