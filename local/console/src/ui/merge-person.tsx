import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { MergedEntry } from '../../../../lib/contract/endpoints/merge-entry.ts';
import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import { isUnanswered, untilAnswered } from '../api/again.ts';
import { errorMessage, RefusedError, UnreachableError } from '../api/client.ts';
import { imagePath, mergeEntry } from '../api/endpoints.ts';
import { forgetPictures } from '../api/pictures.ts';
import { pressedNow } from '../api/token.ts';
import { inheritPictures } from '../draft.ts';
import { dateOf, timeOf } from '../format.ts';
import { useHeldTab } from '../held-tab.ts';
import { useLoad } from '../load.ts';
import { isOutOfForce, lastMomentOf } from '../model/person.ts';
import { notify } from '../notices.ts';
import { go, paths } from '../routes.ts';
import { texts } from '../texts.ts';
import { type Merging, useMerging } from '../use-merging.ts';
import { Cover } from './cover.tsx';
import { Confirm, Dialog } from './dialog.tsx';
import { ForceBadge } from './entry-badges.tsx';
import { areUnlike, Likeness, UnlikeMerge } from './merge-likeness.tsx';
import { PersonPicker } from './person-picker.tsx';
import { ErrorNotice, Notice } from './states.tsx';

const attempts = 20;
const pauseMs = 2_000;

export interface MergePersonProps {
  readonly entry: BlacklistRecord;
  readonly onMerged: () => void;
  readonly onClose: () => void;
}

/** Makes this entry and another one of the same person one, and shows first what comes of it. */
export function MergePerson({ entry: first, onMerged, onClose }: MergePersonProps) {
  const [keepsOther, setKeepsOther] = useState(false);
  const merging = useMerging(first, () => {
    onClose();
    onMerged();
  });
  const { entry, other, news, choose } = merging;
  if (other === undefined) {
    return (
      <Dialog title={texts.people.mergeWith(entry.name)} onClose={onClose}>
        <News text={news} />
        <p>{texts.people.chooseSame}</p>
        <PersonPicker
          label={texts.frame.partOfName}
          without={entry.id}
          onPick={(picked) => {
            setKeepsOther(false);
            choose(picked);
          }}
        />
      </Dialog>
    );
  }
  const [into, from] = keepsOther ? [other, entry] : [entry, other];
  return (
    <Preview into={into} from={from} merging={merging} onMerged={onMerged} onClose={onClose}>
      <WhichStays entries={[entry, other]} kept={into} onKeep={(each) => setKeepsOther(each !== entry)} />
    </Preview>
  );
}

interface WhichStaysProps {
  readonly entries: readonly BlacklistRecord[];
  readonly kept: BlacklistRecord;
  readonly onKeep: (entry: BlacklistRecord) => void;
}

/** Asks which of the two entries stays. */
function WhichStays({ entries, kept, onKeep }: WhichStaysProps) {
  return (
    <fieldset class="choice">
      <legend>{texts.people.keepEntryOf}</legend>
      {entries.map((each) => (
        <label class="radio" key={`${each.id} ${each.version}`}>
          <input type="radio" name="kept" checked={kept.id === each.id} onChange={() => onKeep(each)} />
          <Cover entry={each} alt="" />
          <span>
            <span dir="auto">{each.name}</span>
            <br />
            <span class="hint">{texts.people.numberAndPictures(String(each.id), each.image_count)}</span>
            <ForceBadge entry={each} />
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** Tells what somebody else has done meanwhile, in sight also where the rest changes above it. */
function News({ text, isLoading = false }: { text: string | undefined; isLoading?: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (text !== undefined) place.current?.scrollIntoView({ block: 'center' });
  }, [text, isLoading]);
  return (
    <div role="alert" ref={place}>
      {text !== undefined && <Notice kind="warning">{text}</Notice>}
    </div>
  );
}

/** Merges them. A service that had no time for all pictures is asked again, and goes on. */
async function mergeToTheEnd(into: BlacklistRecord, from: BlacklistRecord): Promise<void> {
  const press = pressedNow();
  for (let attempt = 1; ; attempt++) {
    try {
      // One that was done already is told as done.
      await untilAnswered(() => mergeEntry(into, from, press));
      return;
    } catch (error) {
      if (!(error instanceof RefusedError && error.status === 503) || attempt === attempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

interface PreviewProps {
  readonly into: BlacklistRecord;
  readonly from: BlacklistRecord;
  readonly merging: Merging;
  readonly children: ComponentChildren;
  readonly onMerged: () => void;
  readonly onClose: () => void;
}

/** Shows what a merge will change, with the likeness of both, and asks. */
function Preview({ into, from, merging, children, onMerged, onClose }: PreviewProps) {
  const [isMerging, setMerging] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const { data, error, isLoading } = usePreview(into, from, merging);
  const likeness = data?.likeness ?? null;
  useHeldTab(isMerging);
  const run = async () => {
    setMerging(true);
    try {
      await mergeToTheEnd(into, from);
    } catch (failure) {
      if (await merging.isOvertaken(failure)) return setAsking(false);
      throw isUnanswered(failure) ? new UnreachableError(texts.people.notKnown) : failure;
    } finally {
      setMerging(false);
    }
    forgetPictures(imagePath(from.id, ''));
    inheritPictures(from.id, into.id);
    go(paths.entry(into.id), { replace: true });
    notify(texts.people.wasMerged(from.name, into.name));
    onClose();
    onMerged();
  };
  if (isAsking && areUnlike(likeness)) {
    const back = () => setAsking(false);
    return <UnlikeMerge into={into} from={from} likeness={likeness} run={run} onClose={back} />;
  }
  return (
    <Confirm
      title={texts.people.mergeInto(into.name)}
      action={texts.people.mergeAction(from.name, into.name)}
      isReady={!isLoading}
      run={areUnlike(likeness) ? async () => setAsking(true) : run}
      onClose={onClose}
    >
      {children}
      {isLoading ? <p class="hint">{texts.people.comparingFaces}</p> : <Likeness likeness={likeness} />}
      <ErrorNotice error={error === undefined ? undefined : errorMessage(error)} />
      <p>{texts.people.mergeMeans(into.name, from.name, String(from.id))}</p>
      {data && <MatchesAgain entries={[into, from]} merged={data.entry} />}
      {data && <WhatChanges merged={data} />}
      {data && <Refused pictures={data.pictures.refused} />}
      <News text={merging.news} isLoading={isLoading} />
      {isMerging && <p role="status">{texts.people.merging}</p>}
    </Confirm>
  );
}

/** Reads what comes of merging these versions of both. Nothing of other versions is shown meanwhile. */
function usePreview(into: BlacklistRecord, from: BlacklistRecord, merging: Merging) {
  const key = `${into.id}.${into.version}.${from.id}.${from.version}`;
  const { data, error, isLoading } = useLoad(`merge-${key}`, async (signal) => {
    try {
      return await mergeEntry(into, from, { isPreview: true, signal });
    } catch (failure) {
      if (!signal.aborted) await merging.isOvertaken(failure);
      throw failure;
    }
  });
  return { data, error, isLoading: isLoading || (data === undefined && error === undefined) };
}

/** Says whose pictures nobody matches now, and that this ends by the merge. */
function MatchesAgain({ entries, merged }: { entries: readonly BlacklistRecord[]; merged: BlacklistRecord }) {
  if (isOutOfForce(merged)) return null;
  return entries
    .filter((entry) => isOutOfForce(entry))
    .map(({ id, name }) => (
      <Notice key={id} kind="warning">
        {texts.people.matchesAgain(name)}
      </Notice>
    ));
}

/** Shows what the remaining entry gets of the other one's fields. */
function WhatChanges({ merged: { entry, fields: changed } }: { merged: MergedEntry }) {
  const { fields, severities, endless, no, reviewAt } = texts.people;
  const { severity, expires_at, review_at } = entry;
  const shown: Record<MergedEntry['fields'][number], readonly [string, string | null]> = {
    reason: [fields.reason, entry.reason],
    severity: [fields.severity, severity && severities[severity]],
    category: [fields.category, entry.category],
    expires_at: [
      fields.lastDay,
      expires_at === null ? endless : dateOf(lastMomentOf(expires_at).toISOString()),
    ],
    review_at: [reviewAt, review_at && timeOf(review_at)],
    suspended: [fields.suspended, no],
    notes: [fields.notes, entry.notes],
  };
  if (changed.length === 0) return null;
  const names = Object.keys(shown) as MergedEntry['fields'];
  return (
    <div>
      <p>{texts.people.takesOver}</p>
      <dl class="facts-list merged">
        {names
          .filter((name) => changed.includes(name))
          .map((name) => (
            <div key={name}>
              <dt>{shown[name][0]}</dt>
              <dd class="merged-text" dir="auto">
                {shown[name][1]}
              </dd>
            </div>
          ))}
      </dl>
    </div>
  );
}

/** Names the pictures for which a merge is refused. */
function Refused({ pictures }: { pictures: MergedEntry['pictures']['refused'] }) {
  if (pictures.length === 0) return null;
  return (
    <Notice kind="warning">
      {texts.people.notTakenOver}
      <ul>
        {pictures.map(({ id, file_name, reason }) => (
          <li key={id} dir="auto">
            {file_name ?? id}: {reason}
          </li>
        ))}
      </ul>
    </Notice>
  );
}
