import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import { coverPath } from '../api/endpoints.ts';
import { similarityOf } from '../format.ts';
import { useLoad } from '../load.ts';
import { compareEntries, mergeEntries } from '../merging.ts';
import { mergedFields } from '../model/merge.ts';
import { go, paths } from '../routes.ts';
import { texts } from '../texts.ts';
import { Confirm, Dialog } from './dialog.tsx';
import { tell } from './live.tsx';
import { PersonPicker } from './person-picker.tsx';
import { ServicePicture } from './picture.tsx';
import { Notice } from './states.tsx';

export interface MergePersonProps {
  readonly entry: BlacklistRecord;
  readonly onMerged: () => void;
  readonly onClose: () => void;
}

/** Makes this entry and another one of the same person one, and shows first what comes of it. */
export function MergePerson({ entry, onMerged, onClose }: MergePersonProps) {
  const [other, setOther] = useState<BlacklistRecord>();
  const [keepsOther, setKeepsOther] = useState(false);
  if (other === undefined) {
    return (
      <Dialog title={texts.people.mergeWith(entry.name)} onClose={onClose}>
        <p>{texts.people.chooseSame}</p>
        <PersonPicker label={texts.frame.partOfName} without={entry.id} onPick={setOther} />
      </Dialog>
    );
  }
  const [into, from] = keepsOther ? [other, entry] : [entry, other];
  return (
    <Preview into={into} from={from} onMerged={onMerged} onClose={onClose}>
      <fieldset class="choice">
        <legend>{texts.people.keepEntryOf}</legend>
        {[entry, other].map((each) => (
          <label class="radio" key={each.id}>
            <input
              type="radio"
              name="kept"
              checked={into.id === each.id}
              onChange={() => setKeepsOther(each !== entry)}
            />
            <ServicePicture path={each.image_count === 0 ? undefined : coverPath(each.id)} alt="" />
            <span>
              <span dir="auto">{each.name}</span>
              <br />
              <span class="hint">{texts.people.numberAndPictures(String(each.id), each.image_count)}</span>
            </span>
          </label>
        ))}
      </fieldset>
    </Preview>
  );
}

interface PreviewProps {
  readonly into: BlacklistRecord;
  readonly from: BlacklistRecord;
  readonly children: ComponentChildren;
  readonly onMerged: () => void;
  readonly onClose: () => void;
}

/** Shows what a merge will change, with the likeness of both, and asks. */
function Preview({ into, from, children, onMerged, onClose }: PreviewProps) {
  const [progress, setProgress] = useState<string>();
  const likeness = useLoad(`likeness ${into.id} ${from.id}`, () => compareEntries(into, from));
  const { notes, severity } = mergedFields(into, from);
  const run = async () => {
    await mergeEntries(into, from, (moved, all) => setProgress(texts.people.moved(moved, all)));
    tell(texts.people.wasMerged(from.name, into.name));
    go(paths.entry(into.id), { replace: true });
    onClose();
    onMerged();
  };
  return (
    <Confirm
      title={texts.people.mergeInto(into.name)}
      action={texts.people.mergeAction(from.name, into.name)}
      run={run}
      onClose={onClose}
    >
      {children}
      <Likeness
        data={likeness.data}
        hasFailed={likeness.error !== undefined}
        isLoading={likeness.isLoading}
      />
      <p>{texts.people.mergeMeans(into.name, from.name, String(from.id))}</p>
      {severity && <p>{texts.people.severityIs(texts.people.severities[severity])}</p>}
      {notes && (
        <div>
          <p>{texts.people.notesAre}</p>
          <p class="hit-notes" dir="auto">
            {notes}
          </p>
        </div>
      )}
      {progress && <p role="status">{progress}</p>}
    </Confirm>
  );
}

function Likeness({
  data,
  hasFailed,
  isLoading,
}: {
  data: Awaited<ReturnType<typeof compareEntries>>;
  hasFailed: boolean;
  isLoading: boolean;
}) {
  if (isLoading) return <p class="hint">{texts.people.comparingFaces}</p>;
  const { distance, similarity, threshold } = data ?? {};
  if (hasFailed || distance == null || similarity == null) {
    return <Notice kind="warning">{texts.people.notCompared}</Notice>;
  }
  // A suspended entry verifies nobody, but its pictures look alike nevertheless.
  return distance <= (threshold ?? 0) ? (
    <Notice kind="clear">{texts.people.facesAlike(similarityOf(similarity))}</Notice>
  ) : (
    <Notice kind="warning">
      <strong>{texts.people.notOnePerson}</strong> {texts.people.alike(similarityOf(similarity))}
    </Notice>
  );
}
