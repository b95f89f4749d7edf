import type { ComponentChildren } from 'preact';
import { faultsOf } from '../model/verdict-words.ts';
import type { Verdict } from '../model/verdicts.ts';
import { count } from '../model/words.ts';
import { Badge } from './badge.tsx';

export interface OtherFacesProps {
  readonly verdicts: readonly Verdict[];
  readonly hasHits: boolean;
  readonly faceOf: (verdict: Verdict) => ComponentChildren;
  /** Begins to list the person with this face; undefined where that is not possible. */
  readonly onList: ((verdict: Verdict) => void) | undefined;
}

/** Shows the faces that matched nobody: those that could not be judged apart from those that were. */
export function OtherFaces({ verdicts, hasHits, faceOf, onList }: OtherFacesProps) {
  if (verdicts.length === 0) return null;
  return (
    <section aria-label="Other faces" class="other-faces">
      {hasHits && <h3>{count(verdicts.length, 'other face')}</h3>}
      <ul>
        {verdicts.map((verdict) => (
          <li key={verdict.face.face_index}>
            {faceOf(verdict)}
            <div>
              <span class="visually-hidden">Face {verdict.face.face_index + 1}: </span>
              {verdict.kind === 'no_match' ? (
                <Badge kind="clear">No match</Badge>
              ) : (
                <>
                  <Badge kind="cannot-tell">Cannot tell</Badge>
                  <p class="hint">{faultsOf(verdict.reasons)}</p>
                </>
              )}
              {onList && verdict.face.facial_area && (
                <button type="button" class="button quiet" onClick={() => onList(verdict)}>
                  List this person
                </button>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
