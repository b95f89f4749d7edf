import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { mergedFields } from '../../../../lib/contract/merged-fields.ts';
import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import { dateOf, similarityOf, timeOf } from '../format.ts';
import { useLoad } from '../load.ts';
import { compareEntries, fieldsOf, mergeEntries } from '../merging.ts';
import { lastMomentOf } from '../model/person.ts';
import { go, paths } from '../routes.ts';
import { texts } from '../texts.ts';
import { Cover } from './cover.tsx';
import { Confirm, Dialog } from './dialog.tsx';
import { notify } from './live.tsx';
import { PersonPicker } from './person-picker.tsx';
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
            <Cover entry={each} alt="" />
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
  const run = async () => {
    await mergeEntries(into, from, (moved, all) => setProgress(texts.people.moved(moved, all)));
    go(paths.entry(into.id), { replace: true });
    notify(texts.people.wasMerged(from.name, into.name));
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
      <WhatChanges into={into} from={from} />
      {progress && <p role="status">{progress}</p>}
    </Confirm>
  );
}

/** Shows what the remaining entry gets of the other one's fields. */
function WhatChanges({ into, from }: Pick<PreviewProps, 'into' | 'from'>) {
  const { reason, severity, category, suspended, expires_at, review_at, notes } = mergedFields(
    fieldsOf(into),
    fieldsOf(from),
  );
  const { fields, severities, endless, no, reviewAt } = texts.people;
  const rows: readonly (readonly [string, string | null | undefined])[] = [
    [fields.reason, reason],
    [fields.severity, severity && severities[severity]],
    [fields.category, category],
    [fields.lastDay, expires_at && dateOf(lastMomentOf(expires_at).toISOString())],
    [fields.lastDay, expires_at === null ? endless : undefined],
    [reviewAt, review_at && timeOf(review_at)],
    [fields.suspended, suspended === false ? no : undefined],
    [fields.notes, notes],
  ];
  const shown = rows.filter(([, value]) => value != null);
  if (shown.length === 0) return null;
  return (
    <div>
      <p>{texts.people.takesOver}</p>
      <dl class="facts-list merged">
        {shown.map(([name, value]) => (
          <div key={`${name} ${value}`}>
            <dt>{name}</dt>
            <dd class="merged-text" dir="auto">
              {value}
            </dd>
          </div>
        ))}
      </dl>
    </div>
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
  const { distance, similarity, threshold, near_threshold: near } = data ?? {};
  if (hasFailed || distance == null || similarity == null) {
    return <Notice kind="warning">{texts.people.notCompared}</Notice>;
  }
  // A suspended entry verifies nobody, but its pictures look alike nevertheless.
  return distance <= (threshold ?? 0) ? (
    <Notice kind="clear">{texts.people.facesAlike(similarityOf(similarity))}</Notice>
  ) : distance <= (near ?? threshold ?? 0) ? (
    <Notice kind="warning">
      <strong>{texts.checking.maybeSame}:</strong> {texts.people.alike(similarityOf(similarity))}{' '}
      {texts.verdicts.alikeButNotEnough}
    </Notice>
  ) : (
    <Notice kind="warning">
      <strong>{texts.people.notOnePerson}</strong> {texts.people.alike(similarityOf(similarity))}
    </Notice>
  );
}
