import type { ComponentChildren } from 'preact';
import { getStatus } from '../api/endpoints.ts';
import type { Doubts, Duplicate, Stranger } from '../enrollment.ts';
import { similarityOf } from '../format.ts';
import { useLoad } from '../load.ts';
import { onePersonFrom } from '../model/one-person-from.ts';
import { paths } from '../routes.ts';
import { texts } from '../texts.ts';
import { Badge } from './badge.tsx';
import { Dialog } from './dialog.tsx';
import { ChosenFace, FacePair, ListedFace } from './face-pair.tsx';

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
  const { duplicates, strangers, nearlyThere } = doubts;
  const { data: status } = useLoad('status', getStatus);
  return (
    <Dialog title={texts.people.lookTwice} onClose={onClose}>
      {duplicates.length > 0 && (
        <DoubtList title={texts.people.maybeListed}>
          {duplicates.map((duplicate) => (
            <DuplicateRow key={duplicate.id} duplicate={duplicate} onAddTo={onAddTo} />
          ))}
        </DoubtList>
      )}
      {nearlyThere.length > 0 && (
        <DoubtList title={texts.people.nearlyThere}>
          {nearlyThere.map((entry) => (
            <NearlyThereRow key={entry.id} entry={entry} onAddTo={onAddTo} />
          ))}
        </DoubtList>
      )}
      {strangers.length > 0 && (
        <DoubtList title={texts.people.strangers(strangers.length)} hint={status && onePersonFrom(status)}>
          {strangers.map((stranger) => (
            <StrangerRow key={stranger.picture.id} stranger={stranger} />
          ))}
        </DoubtList>
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

interface DoubtListProps {
  readonly title: string;
  readonly hint?: string | undefined;
  readonly children: ComponentChildren;
}

function DoubtList({ title, hint, children }: DoubtListProps) {
  return (
    <div>
      <p>
        <strong>{title}</strong>
      </p>
      <ul class="doubts">{children}</ul>
      {hint && <p class="hint">{hint}</p>}
    </div>
  );
}

function NearlyThereRow({
  entry: { id, name },
  onAddTo,
}: {
  entry: Doubts['nearlyThere'][number];
  onAddTo: (entryId: number) => void;
}) {
  return (
    <li>
      <a href={paths.entry(id)} dir="auto">
        {name}
      </a>
      <button type="button" class="button" onClick={() => onAddTo(id)}>
        {texts.people.addPicturesTo(name)}
      </button>
    </li>
  );
}

function DuplicateRow({
  duplicate: { id, name, similarity, isMatch, isOutOfForce, imageId, picture },
  onAddTo,
}: {
  duplicate: Duplicate;
  onAddTo: (entryId: number) => void;
}) {
  return (
    <li>
      <FacePair
        one={{ face: <ChosenFace picture={picture} />, caption: picture.name }}
        other={{
          face: <ListedFace entryId={id} imageId={imageId} name={name} />,
          caption: texts.verdicts.listedAlike(similarityOf(similarity)),
        }}
      />
      <a href={paths.entry(id)} dir="auto">
        {name}
      </a>
      {isOutOfForce ? (
        <Badge kind="neutral">{texts.people.outOfForce}</Badge>
      ) : (
        <Badge kind={isMatch ? 'match' : 'possible'}>
          {isMatch ? texts.verdicts.matched : texts.verdicts.possibly}
        </Badge>
      )}
      <button type="button" class="button" onClick={() => onAddTo(id)}>
        {texts.people.addPicturesTo(name)}
      </button>
    </li>
  );
}

function StrangerRow({ stranger: { picture, other, similarity } }: { stranger: Stranger }) {
  const { name } = picture;
  const compared =
    'entryId' in other ? (
      <ListedFace entryId={other.entryId} imageId={other.imageId} name={texts.checking.listed} />
    ) : (
      <ChosenFace picture={other} />
    );
  return (
    <li>
      <FacePair
        one={{ face: <ChosenFace picture={picture} />, caption: name }}
        other={{ face: compared, caption: 'entryId' in other ? texts.checking.listed : other.name }}
      />
      <span>{texts.people.personAlike(<bdi>{name}</bdi>, similarityOf(similarity))}</span>
    </li>
  );
}
