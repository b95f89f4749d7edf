import type { ImageProcessingResult } from '../../../../lib/contract/shapes.ts';
import { processedImagePath, smallOf } from '../api/endpoints.ts';
import { timeOf } from '../format.ts';
import { headlineOf, type Tone } from '../model/verdict-words.ts';
import { hitsOf, isMatch, isRejected, judgePicture } from '../model/verdicts.ts';
import { sourceOf, sourceWords } from '../model/words.ts';
import { paths } from '../routes.ts';
import { texts } from '../texts.ts';
import { Badge, type BadgeKind } from './badge.tsx';
import { NoPicture, ServicePicture } from './picture.tsx';

/** Largest number of names shown. Beyond it, their count is shown. */
const maxNames = 3;

export interface ProcessedRowsProps {
  readonly items: readonly ImageProcessingResult[];
  /** True to show larger pictures, side by side. */
  readonly isGrid?: boolean;
}

/** Shows processed pictures as rows of one height, or as a grid, newest first. */
export function ProcessedRows({ items, isGrid = false }: ProcessedRowsProps) {
  return (
    <ul class={`rows ${isGrid ? 'grid' : ''}`}>
      {items.map((item) => (
        <ProcessedRow key={item.db_id} item={item} size={isGrid ? 320 : 160} />
      ))}
    </ul>
  );
}

function ProcessedRow({ item, size }: { item: ImageProcessingResult; size: 160 | 320 }) {
  const { db_id, processing_timestamp, image_path_or_identifier, faces, error } = item;
  const isPictureKept = (item.saved_image_path ?? item.original_image_path) !== null;
  if (db_id === null || processing_timestamp === null) return null;
  const time = timeOf(processing_timestamp);
  return (
    <li class="row">
      {isPictureKept ? (
        <ServicePicture
          path={smallOf(processedImagePath(db_id, 'annotated'), size)}
          alt={texts.history.pictureOf(time)}
        />
      ) : (
        <NoPicture alt={texts.history.pictureOf(time)} />
      )}
      <div class="row-text">
        <a class="row-time" href={paths.processed(db_id)}>
          {time}
        </a>
        <p class="hint row-source" dir="auto">
          {[item.source && sourceWords(item.source), item.reference].filter(Boolean).join(' · ') ||
            sourceOf(image_path_or_identifier)}
        </p>
      </div>
      <div class="row-verdict">
        <MatchBadges item={item} />
        {error === null && (
          <span class="hint">
            {faces.length === 0 ? texts.history.noFace : texts.history.faces(faces.length)}
          </span>
        )}
      </div>
    </li>
  );
}

const toneOf: Record<Tone, BadgeKind> = {
  match: 'match',
  possible: 'possible',
  'cannot-tell': 'cannot-tell',
  clear: 'clear',
};

/** Shows the verdict on a picture: who matched, or that nobody did, or that it could not be judged. */
function MatchBadges({ item }: { item: ImageProcessingResult }) {
  if (item.error !== null) return <Badge kind="warning">{texts.history.notReadable}</Badge>;
  const open = hitsOf(judgePicture(item))
    .map(({ comparison }) => comparison)
    .filter((comparison) => !isRejected(comparison));
  const { tone, text } = headlineOf(item);
  if (open.length === 0) return <Badge kind={toneOf[tone]}>{text}</Badge>;
  const byName = new Map(open.toReversed().map((comparison) => [comparison.entry.name, comparison]));
  const shown = [...byName.values()].toReversed();
  return (
    <>
      {shown.slice(0, maxNames).map((comparison) => (
        <Badge key={comparison.entry.id} kind={isMatch(comparison) ? 'match' : 'possible'}>
          <span class="visually-hidden">
            {isMatch(comparison) ? texts.verdicts.matchPrefix : texts.verdicts.possiblePrefix}
          </span>
          <span dir="auto">{comparison.entry.name}</span>
        </Badge>
      ))}
      {shown.length > maxNames && (
        <Badge kind="match">{texts.history.andMore(shown.length - maxNames)}</Badge>
      )}
    </>
  );
}

export function LoadingRows({ rows }: { rows: number }) {
  return (
    <div class="rows" role="status" aria-label={texts.history.loadingPictures}>
      {Array.from({ length: rows }, (_, index) => (
        <div class="row" key={index}>
          <span class="picture skeleton" />
          <div class="row-text">
            <span class="skeleton text">{texts.frame.loading}</span>
          </div>
        </div>
      ))}
    </div>
  );
}
