import { useRef, useState } from 'preact/hooks';
import type { Status } from '../../../../lib/contract/endpoints/status.ts';
import type { Verdict } from '../model/verdicts.ts';
import { Store, useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { type ComingPicture, FaceOf } from './face-of.tsx';
import { FaceVerdict } from './face-verdict.tsx';
import { FacesPicture, type MarkedFace } from './faces-picture.tsx';
import { NoPicture } from './picture.tsx';
import { Threshold } from './threshold.tsx';

export interface ResultDetailsProps {
  readonly verdicts: readonly Verdict[];
  readonly picture: ComingPicture;
  readonly alt: string;
  readonly status: Status | undefined;
  /** True if the service also told of people who did not match, for the slider. */
  readonly hasOthers: boolean;
}

/** True while the details are unfolded: a person who wants them wants them of the next picture too. */
const isUnfolded = new Store(false);

/** Shows the whole picture with its boxes, and the numbers, folded away until they are wanted. */
export function ResultDetails(props: ResultDetailsProps) {
  const isOpen = useStore(isUnfolded);
  return (
    <details
      class="details"
      open={isOpen}
      onToggle={({ currentTarget }) => isUnfolded.set(currentTarget.open)}
    >
      <summary>{texts.verdicts.wholePicture}</summary>
      {isOpen && <Unfolded {...props} />}
    </details>
  );
}

function Unfolded({ verdicts, picture, alt, status, hasOthers }: ResultDetailsProps) {
  const [active, setActive] = useState<number>();
  const list = useRef<HTMLDivElement>(null);
  const pick = (number: number) => {
    setActive(number);
    list.current?.querySelector<HTMLElement>(`[data-face="${number}"]`)?.focus();
  };
  const inOrder = verdicts.toSorted((one, other) => one.face.face_index - other.face.face_index);
  return (
    <div class="results">
      <div class="results-picture">
        {picture ? (
          <FacesPicture
            url={picture.url}
            size={picture.size}
            alt={alt}
            faces={marked(inOrder)}
            active={active}
            onPick={pick}
          />
        ) : (
          <NoPicture alt={alt} class="wide" />
        )}
      </div>
      <div class="results-faces" ref={list}>
        {status && hasOthers && verdicts.length > 0 && <Threshold status={status} verdicts={verdicts} />}
        {status &&
          inOrder.map((verdict) => (
            <FaceVerdict
              key={verdict.face.face_index}
              number={verdict.face.face_index + 1}
              verdict={verdict}
              backend={status.backend}
              isActive={verdict.face.face_index + 1 === active}
              face={<FaceOf picture={picture} verdict={verdict} />}
            />
          ))}
      </div>
    </div>
  );
}

function marked(verdicts: readonly Verdict[]): MarkedFace[] {
  return verdicts.flatMap(({ face: { face_index, facial_area: area }, kind, comparisons }) => {
    if (area === null) return [];
    const names = comparisons.filter(({ likeness }) => likeness === kind).map(({ entry }) => entry.name);
    const label = texts.verdicts.faceIs[kind](face_index + 1, names.join(', '));
    return [{ number: face_index + 1, area, kind, label }];
  });
}
