import {
  chooseFace,
  chosenFace,
  type Draft,
  type DraftPicture,
  isNotLookedAt,
  lookAgain,
  needsChoice,
  removePicture,
} from '../draft.ts';
import { similarityOf } from '../format.ts';
import { faultsOf } from '../model/verdict-words.ts';
import { paths } from '../routes.ts';
import { useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { ListedFace } from './face-pair.tsx';
import { Icon } from './icon.tsx';
import { MessageText } from './message.tsx';
import { Notice } from './states.tsx';

export interface DraftPicturesProps {
  readonly draft: Draft;
  readonly isBusy: boolean;
  /** Entry that the pictures are added to: to look like it is right. */
  readonly entryId?: number | undefined;
}

/** Shows the pictures of a draft with their faces, of which one is chosen, and what is known of that. */
export function DraftPictures({ draft, isBusy, entryId }: DraftPicturesProps) {
  const pictures = useStore(draft);
  return (
    <>
      <NotLookedAt draft={draft} isBusy={isBusy} />
      <ul class="drafts" aria-label={texts.people.picturesToAdd}>
        {pictures.map((picture) => (
          <li
            key={picture.id}
            class={`draft ${picture.state} ${(picture.faces?.length ?? 0) > 1 ? 'several' : ''}`}
          >
            <Preview
              picture={picture}
              isBusy={isBusy}
              onChoose={(face) => chooseFace(draft, picture.id, face)}
            />
            <div class="draft-text">
              <p class="draft-name" dir="auto">
                {picture.name}
              </p>
              <div class="draft-verdict" role="status">
                <DraftVerdict picture={picture} />
                <Alike picture={picture} entryId={entryId} />
              </div>
              {isNotLookedAt(picture) && (
                <button type="button" class="button" onClick={() => lookAgain(draft, [picture])}>
                  {texts.people.lookAgain}
                </button>
              )}
            </div>
            {picture.state !== 'added' && picture.state !== 'unanswered' && (
              <button
                type="button"
                class="button quiet icon-only"
                disabled={isBusy}
                onClick={() => removePicture(draft, picture.id)}
              >
                <Icon name="close" />
                <span class="visually-hidden">{texts.people.leaveOut(picture.name)}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Tells how many pictures could not be looked at, and lets all of them be looked at again, or left out. */
function NotLookedAt({ draft, isBusy }: Pick<DraftPicturesProps, 'draft' | 'isBusy'>) {
  const pictures = useStore(draft).filter(isNotLookedAt);
  if (pictures.length < 2) return null;
  const leaveOut = () => {
    for (const { id } of pictures) removePicture(draft, id);
  };
  return (
    <Notice kind="warning">
      <p>{texts.people.wouldBeLeft(pictures.length)}</p>
      <div class="actions">
        <button type="button" class="button" disabled={isBusy} onClick={() => lookAgain(draft, pictures)}>
          {texts.people.lookAgainAll}
        </button>
        <button type="button" class="button" disabled={isBusy} onClick={leaveOut}>
          {texts.people.leaveTheseOut}
        </button>
      </div>
    </Notice>
  );
}

function DraftVerdict({ picture }: { picture: DraftPicture }) {
  const { state, text, faces } = picture;
  const face = chosenFace(picture);
  const { states, noFaceFound, oneFace, severalFaces, markedAlone, mayNotBeTaken } = texts.people;
  return (
    <p>
      {states[state] && <strong>{states[state]} </strong>}
      {state === 'ready' && faces?.length === 0 && `${noFaceFound} `}
      {state === 'ready' && faces?.length === 1 && `${oneFace} `}
      {needsChoice(picture) && <strong>{severalFaces(faces?.length ?? 0)} </strong>}
      {state === 'ready' && (faces?.length ?? 0) > 1 && face && `${markedAlone} `}
      {state === 'ready' && face && face.reasons.length > 0 && (
        <strong>
          {faultsOf(face.reasons)} {mayNotBeTaken}{' '}
        </strong>
      )}
      {text && <MessageText message={text} />}
    </p>
  );
}

/** Names the listed people whom the chosen face looks like. */
function Alike({ picture, entryId }: { picture: DraftPicture; entryId: number | undefined }) {
  const alike = chosenFace(picture)?.looksLike.filter(({ id }) => id !== entryId) ?? [];
  if (alike.length === 0 || picture.state === 'added') return null;
  return (
    <p class="draft-alike">
      <Icon name="warning" />
      <span>
        {texts.people.looksLike(
          alike.map(({ id, name, similarity, isOutOfForce, imageId }, index) => (
            <span key={id} class="alike">
              {index > 0 && <span class="visually-hidden">, </span>}
              <span class="thumb">
                <ListedFace entryId={id} imageId={imageId} name={name} />
              </span>
              <a href={paths.entry(id)} dir="auto">
                {name}
              </a>{' '}
              ({similarityOf(similarity)}
              {isOutOfForce && `, ${texts.people.outOfForce}`})
            </span>
          )),
        )}
      </span>
    </p>
  );
}

interface PreviewProps {
  readonly picture: DraftPicture;
  readonly isBusy: boolean;
  readonly onChoose: (face: number) => void;
}

function Preview({ picture, isBusy, onChoose }: PreviewProps) {
  const { url, size, faces = [], chosen, state, name } = picture;
  if (state === 'unreadable' || !size) {
    return (
      <span class="draft-picture">
        <Icon name="image" />
      </span>
    );
  }
  const percent = (length: number, whole: number) => `${(100 * length) / whole}%`;
  return (
    <span class="draft-picture" style={{ aspectRatio: `${size.width} / ${size.height}` }}>
      <img src={url} alt={name} />
      {faces.map(({ area }, index) => (
        <button
          key={`${area.x} ${area.y}`}
          type="button"
          class="draft-face"
          aria-label={texts.people.faceOf(index + 1, name)}
          aria-pressed={index === chosen}
          disabled={isBusy || state !== 'ready' || faces.length === 1}
          style={{
            left: percent(area.x, size.width),
            top: percent(area.y, size.height),
            width: percent(area.w, size.width),
            height: percent(area.h, size.height),
          }}
          onClick={() => onChoose(index)}
        />
      ))}
    </span>
  );
}
