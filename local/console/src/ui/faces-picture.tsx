import type { FacialArea } from '../../../../lib/contract/shapes.ts';
import type { Size } from '../api/pictures.ts';

export interface MarkedFace {
  /** From 1. */
  readonly number: number;
  readonly area: FacialArea;
  /** Label of the box, such as "Face 1: matches Jane Roe". */
  readonly label: string;
  readonly isMatch: boolean;
}

export interface FacesPictureProps {
  readonly url: string;
  readonly size: Size;
  readonly alt: string;
  readonly faces: readonly MarkedFace[];
  /** The number of the face that was picked. */
  readonly active?: number | undefined;
  readonly onPick?: (number: number) => void;
}

const landmarks = ['left_eye', 'right_eye', 'nose', 'mouth_left', 'mouth_right'] as const;

/** Shows a picture with a box around each face, which can be pressed, and its landmarks. */
export function FacesPicture({ url, size, alt, faces, active, onPick }: FacesPictureProps) {
  const percent = (length: number, whole: number) => `${(100 * length) / whole}%`;
  return (
    <div class="faces-picture" style={{ '--ratio': `${size.width / size.height}` }}>
      <img src={url} alt={alt} />
      <svg viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden="true">
        {faces.map(({ area, label }) => (
          <g key={label}>
            {landmarks.map((name) => area[name] && <Landmark key={name} at={area[name]} face={area.w} />)}
          </g>
        ))}
      </svg>
      {faces.map(({ number, area, label, isMatch }) => (
        <button
          key={label}
          type="button"
          class={`face-box ${isMatch ? 'match' : 'clear'} ${number === active ? 'active' : ''}`}
          aria-label={label}
          style={{
            left: percent(area.x, size.width),
            top: percent(area.y, size.height),
            width: percent(area.w, size.width),
            height: percent(area.h, size.height),
          }}
          onClick={() => onPick?.(number)}
        >
          <span class="face-number">{number}</span>
        </button>
      ))}
    </div>
  );
}

function Landmark({ at: [x, y], face }: { at: readonly [number, number]; face: number }) {
  return <circle class="landmark" cx={x} cy={y} r={Math.max(1.5, face / 45)} />;
}
