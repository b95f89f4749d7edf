import type { FacialArea } from '../../../../lib/contract/shapes.ts';
import type { Size } from '../api/pictures.ts';
import type { VerdictKind } from '../model/verdicts.ts';

export interface MarkedFace {
  /** From 1. */
  readonly number: number;
  readonly area: FacialArea;
  /** Label of the box, such as "Face 1: matches Jane Roe". */
  readonly label: string;
  readonly kind: VerdictKind;
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

/**
 * Shows a picture with a box around each face, which can be pressed. Nothing is drawn over the face itself.
 */
export function FacesPicture({ url, size, alt, faces, active, onPick }: FacesPictureProps) {
  const percent = (length: number, whole: number) => `${(100 * length) / whole}%`;
  return (
    <div class="faces-picture" style={{ '--ratio': `${size.width / size.height}` }}>
      <img src={url} alt={alt} />
      {faces.map(({ number, area, label, kind }) => (
        <button
          key={label}
          type="button"
          class={`face-box ${kind} ${number === active ? 'active' : ''}`}
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
