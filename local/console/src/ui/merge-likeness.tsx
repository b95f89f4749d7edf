import type { MergedEntry } from '../../../../lib/contract/endpoints/merge-entry.ts';
import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import { getStatus } from '../api/endpoints.ts';
import { similarityOf } from '../format.ts';
import { useLoad } from '../load.ts';
import { meaningOf } from '../model/false-matches.ts';
import { onePersonFrom } from '../model/one-person-from.ts';
import { texts } from '../texts.ts';
import { Confirm } from './dialog.tsx';
import { FacePair, ListedFace } from './face-pair.tsx';
import { Notice } from './states.tsx';

type Compared = NonNullable<MergedEntry['likeness']>;

/** Returns true if the faces of two entries were compared, and are not alike enough for a match. */
export function areUnlike(likeness: MergedEntry['likeness'] | undefined): likeness is Compared {
  return likeness != null && likeness.distance > likeness.threshold;
}

/** Tells how alike the faces of two entries are. */
export function Likeness({ likeness }: Pick<MergedEntry, 'likeness'>) {
  if (!likeness) return <Notice kind="warning">{texts.people.notCompared}</Notice>;
  const { distance, similarity, near_threshold: near } = likeness;
  // A suspended entry verifies nobody, but its pictures look alike nevertheless.
  if (!areUnlike(likeness))
    return <Notice kind="clear">{texts.people.facesAlike(similarityOf(similarity))}</Notice>;
  return distance <= near ? (
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

export interface UnlikeMergeProps {
  readonly into: BlacklistRecord;
  readonly from: BlacklistRecord;
  readonly likeness: Compared;
  readonly run: () => Promise<void>;
  readonly onClose: () => void;
}

/** Asks once more before entries become one whose faces are not alike: it can't be undone. */
export function UnlikeMerge({ into, from, likeness, run, onClose }: UnlikeMergeProps) {
  const { data: status } = useLoad('status', getStatus);
  const { similarity, threshold } = likeness;
  const faces = [into, from].map(({ id, name }) => ({
    ...{ face: <ListedFace entryId={id} imageId={null} name={name} />, caption: name },
  }));
  return (
    <Confirm
      title={texts.people.lookTwice}
      action={texts.people.mergeNevertheless(from.name, into.name)}
      run={run}
      onClose={onClose}
    >
      {faces[0] && faces[1] && <FacePair one={faces[0]} other={faces[1]} />}
      <Likeness likeness={likeness} />
      {status && (
        <p>
          {onePersonFrom(status, threshold)} {meaningOf(similarity, status.backend)}
        </p>
      )}
      <p>
        <strong>{texts.people.unlikeMergeMeans(into.name)}</strong>
      </p>
    </Confirm>
  );
}
