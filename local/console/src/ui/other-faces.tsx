import type { ComponentChildren } from 'preact';
import { faultsOf } from '../model/verdict-words.ts';
import type { Verdict } from '../model/verdicts.ts';
import { texts } from '../texts.ts';
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
    <section aria-label={texts.verdicts.otherFaces} class="other-faces">
      {hasHits && <h3>{texts.verdicts.countOtherFaces(verdicts.length)}</h3>}
      <ul>
        {verdicts.map((verdict) => (
          <li key={verdict.face.face_index}>
            {faceOf(verdict)}
            <div>
              <span class="visually-hidden">{texts.verdicts.face(verdict.face.face_index + 1)}: </span>
              {verdict.kind === 'no_match' ? (
                <Badge kind="clear">{texts.verdicts.noMatch}</Badge>
              ) : (
                <>
                  <Badge kind="cannot-tell">{texts.verdicts.cannotTell}</Badge>
                  <p class="hint">{faultsOf(verdict.reasons)}</p>
                </>
              )}
              {onList && verdict.face.facial_area && (
                <button type="button" class="button quiet" onClick={() => onList(verdict)}>
                  {texts.verdicts.listThisPerson}
                </button>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
