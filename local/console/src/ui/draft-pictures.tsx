import { type Draft, type DraftPicture, removePicture } from '../enrollment.ts';
import { useStore } from '../store.ts';
import { Icon } from './icon.tsx';

/** Shows the pictures of a draft, with the face that counts, and the verdict on each. */
export function DraftPictures({ draft, isBusy }: { draft: Draft; isBusy: boolean }) {
  const pictures = useStore(draft);
  return (
    <ul class="drafts" aria-label="Pictures to add">
      {pictures.map((picture) => (
        <li key={picture.id} class={`draft ${picture.state}`}>
          <Preview picture={picture} />
          <div class="draft-text">
            <p class="draft-name">{picture.name}</p>
            <p class="draft-verdict" role="status">
              {stateWords[picture.state] && <strong>{stateWords[picture.state]} </strong>}
              {picture.text}
            </p>
          </div>
          {picture.state !== 'added' && (
            <button
              type="button"
              class="button quiet icon-only"
              disabled={isBusy}
              onClick={() => removePicture(draft, picture.id)}
            >
              <Icon name="close" />
              <span class="visually-hidden">Leave {picture.name} out</span>
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

const stateWords: Record<DraftPicture['state'], string> = {
  looking: 'Looking for the face …',
  ready: '',
  unreadable: 'Cannot be used.',
  sending: 'Sending …',
  added: 'Added.',
  refused: 'Not taken.',
};

function Preview({ picture: { url, size, faces, state, name } }: { picture: DraftPicture }) {
  if (state === 'unreadable') {
    return (
      <span class="draft-picture">
        <Icon name="image" />
      </span>
    );
  }
  return (
    <span class="draft-picture" style={size && { aspectRatio: `${size.width} / ${size.height}` }}>
      {size ? <img src={url} alt={name} /> : <Icon name="image" />}
      {size && (
        <svg viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden="true">
          {faces?.map(({ facial_area: { x, y, w, h } }, index) => (
            <rect
              key={`${x} ${y}`}
              class={index === 0 ? 'counts' : 'other'}
              x={x}
              y={y}
              width={w}
              height={h}
            />
          ))}
        </svg>
      )}
    </span>
  );
}
