import { useRef, useState } from 'preact/hooks';
import type { Status } from '../../../../lib/contract/endpoints/status.ts';
import type { DetectedFace } from '../../../../lib/contract/shapes.ts';
import type { Size } from '../api/pictures.ts';
import { judge, type Verdict } from '../model/verdicts.ts';
import { FaceVerdict } from './face-verdict.tsx';
import { FacesPicture, type MarkedFace } from './faces-picture.tsx';
import { FaceCut, NoPicture } from './picture.tsx';
import { Threshold } from './threshold.tsx';

export interface ResultsProps {
  /** Undefined while they are not known. */
  readonly faces: readonly DetectedFace[] | undefined;
  readonly isComing: boolean;
  readonly picture: { readonly url: string; readonly size: Size } | undefined;
  readonly alt: string;
  readonly status: Status | undefined;
  readonly threshold: number | undefined;
  /** Undefined: there is no slider, for there are no others to show. */
  readonly onThreshold?: (distance: number | undefined) => void;
}

/** A picture beside what its faces show. */
export function Results({ faces, isComing, picture, alt, status, threshold, onThreshold }: ResultsProps) {
  const [active, setActive] = useState<number>();
  const list = useRef<HTMLDivElement>(null);
  const pick = (number: number) => {
    setActive(number);
    list.current?.querySelectorAll<HTMLElement>('.face-verdict')[number - 1]?.focus();
  };
  const verdicts = (faces ?? []).map((face) => judge(face, threshold));
  return (
    <div class="results">
      <div class="results-picture">
        {picture ? (
          <FacesPicture
            url={picture.url}
            size={picture.size}
            alt={alt}
            faces={marked(verdicts)}
            active={active}
            onPick={pick}
          />
        ) : (
          <ComingPicture alt={alt} isComing={isComing} />
        )}
      </div>
      <div class="results-faces" ref={list}>
        {isComing && <p class="coming">Looking for faces …</p>}
        {faces?.length === 0 && (
          <div class="panel">
            <h3>No face found</h3>
            <p class="hint">A face must be some 24 pixels wide, and not turned away too far.</p>
          </div>
        )}
        {status && onThreshold && verdicts.length > 0 && (
          <Threshold status={status} chosen={threshold} onChoose={onThreshold} verdicts={verdicts} />
        )}
        {status &&
          verdicts.map((verdict, index) => (
            <FaceVerdict
              key={verdict.face.face_index}
              number={index + 1}
              verdict={verdict}
              backend={status.backend}
              isActive={index + 1 === active}
              threshold={threshold}
              face={<FaceOf picture={picture} verdict={verdict} number={index + 1} />}
            />
          ))}
      </div>
    </div>
  );
}

function ComingPicture({ alt, isComing }: { alt: string; isComing: boolean }) {
  return isComing ? <span class="picture wide skeleton" /> : <NoPicture alt={alt} class="wide" />;
}

function marked(verdicts: readonly Verdict[]): MarkedFace[] {
  return verdicts.flatMap(({ face: { facial_area: area }, isMatch, comparisons }, index) => {
    if (area === null) return [];
    const names = comparisons.filter((comparison) => comparison.isMatch).map(({ entry }) => entry.name);
    return [
      {
        number: index + 1,
        area,
        isMatch,
        label: `Face ${index + 1}: ${isMatch ? `matches ${names.join(', ')}` : 'no match'}`,
      },
    ];
  });
}

function FaceOf({
  picture,
  verdict: { face },
  number,
}: {
  picture: ResultsProps['picture'];
  verdict: Verdict;
  number: number;
}) {
  if (picture === undefined || face.facial_area === null) return <span class="picture" />;
  return (
    <FaceCut
      source={picture.url}
      size={picture.size}
      box={face.facial_area}
      alt={`Face ${number} of the picture`}
    />
  );
}
