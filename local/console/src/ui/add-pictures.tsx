import { useState } from 'preact/hooks';
import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import { getStatus } from '../api/endpoints.ts';
import { addFiles, clearDraft, isToSend, isUnsettled, picturesFor } from '../draft.ts';
import { useLoad } from '../load.ts';
import { valuesOf } from '../model/person.ts';
import { useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { useEnrolling } from '../use-enrolling.ts';
import { DraftPictures } from './draft-pictures.tsx';
import { Duplicates } from './duplicates.tsx';
import { EnrollingDoubts } from './enrolling-doubts.tsx';
import { LeaveUnsettled } from './leave-unsettled.tsx';
import { notify } from './live.tsx';
import { PictureInput } from './picture-input.tsx';
import { ErrorNotice } from './states.tsx';
import { AddedWrongly, LookFirst } from './wrong-picture.tsx';

/** Adds pictures to a person who is listed. */
export function AddPictures({ entry, onAdded }: { entry: BlacklistRecord; onAdded: () => void }) {
  const draft = picturesFor(entry.id);
  const pictures = useStore(draft);
  const status = useLoad('status', getStatus);
  const [added, setAdded] = useState<readonly string[]>([]);
  const enrolling = useEnrolling({
    draft,
    person: () => ({ values: valuesOf(entry), entryId: entry.id }),
    onListed: () => {},
    onDone: (result) => {
      if (result.added > 0) notify(texts.people.picturesAdded(result.added));
      const sent = draft.value.filter(({ state }) => state === 'added');
      setAdded(result.added > 0 ? sent.map(({ file }) => file.name) : []);
      if (result.added === draft.value.length) clearDraft(draft);
      onAdded();
    },
  });
  const { isSending, outcome, error, send, reset } = enrolling;
  const toSend = pictures.filter(isToSend).length;
  const [isLeaving, setLeaving] = useState(false);
  const leave = () => {
    reset();
    clearDraft(draft);
  };
  return (
    <div class="add-pictures">
      <PictureInput
        compact
        hint={texts.people.moreHint}
        onFiles={(files) => {
          reset();
          setAdded([]);
          addFiles(draft, files, status.data?.settings.max_image_bytes);
        }}
      />
      <DraftPictures draft={draft} isBusy={isSending} entryId={entry.id} />
      {toSend > 0 && <LookFirst />}
      <ErrorNotice error={error} />
      <AddedWrongly entry={entry} names={added} onSuspended={onAdded} />
      {outcome && <Duplicates outcome={outcome} />}
      {pictures.length > 0 && (
        <div class="actions end">
          <button
            type="button"
            class="button"
            disabled={isSending}
            onClick={() => (pictures.some(isUnsettled) ? setLeaving(true) : leave())}
          >
            {toSend > 0 ? texts.frame.cancel : texts.people.done}
          </button>
          {toSend > 0 && (
            <button type="button" class="button primary" disabled={isSending} onClick={() => void send()}>
              {isSending ? texts.people.adding : texts.people.addPictures(toSend)}
            </button>
          )}
        </div>
      )}
      {isLeaving && (
        <LeaveUnsettled
          onLeave={() => {
            leave();
            onAdded();
          }}
          onClose={() => setLeaving(false)}
        >
          <p>{texts.people.mayBeAdded}</p>
        </LeaveUnsettled>
      )}
      <EnrollingDoubts
        enrolling={enrolling}
        draft={draft}
        action={texts.people.addNevertheless(entry.name)}
      />
    </div>
  );
}
