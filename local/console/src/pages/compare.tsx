import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { BlacklistRecord, Box } from '../../../../lib/contract/shapes.ts';
import { useLacks, useMay } from '../api/caller.ts';
import { errorMessage, type Message, wordsOf } from '../api/client.ts';
import { coverPath, faceOf, getEntry, getStatus, imagePath } from '../api/endpoints.ts';
import { UnreadableFileError } from '../api/prepare.ts';
import {
  type Comparison,
  closeSide,
  compare,
  type PictureSide,
  pictureSide,
  type Side,
} from '../comparing.ts';
import { distanceOf } from '../format.ts';
import { useLoad } from '../load.ts';
import { comparedHeadline } from '../model/compare-words.ts';
import { meaningOf } from '../model/false-matches.ts';
import { notify } from '../notices.ts';
import { paths } from '../routes.ts';
import { texts } from '../texts.ts';
import { CheckTabs } from '../ui/check-tabs.tsx';
import { EntryBadges } from '../ui/entry-badges.tsx';
import { Icon } from '../ui/icon.tsx';
import { useVerdictInSight } from '../ui/in-sight.ts';
import { Page } from '../ui/page.tsx';
import { PersonPicker } from '../ui/person-picker.tsx';
import { FaceCut, NoPicture, ServicePicture } from '../ui/picture.tsx';
import { PictureInput } from '../ui/picture-input.tsx';
import { ComingVerdict, VerdictBar } from '../ui/verdict-bar.tsx';
import { Warnings } from '../ui/warnings.tsx';

/** Compares two pictures, or a picture and a listed person. */
export function ComparePage({ query }: { query: URLSearchParams }) {
  const mayPick = useMay('desk');
  const person = Number(query.get('person') ?? 0);
  const { one, other, take, setOne, setOther } = useSides(mayPick ? person : 0);
  const { result, error, isComparing } = useComparison(one, other);
  const isWhole = one !== undefined && other !== undefined;
  useVerdictInSight(
    isWhole ? `${one.url} ${other.kind === 'person' ? other.entry.id : other.url}` : undefined,
  );
  return (
    <Page title={texts.checking.compare} isCompact={isWhole} lead={texts.checking.compareLead}>
      {!isWhole && <CheckTabs />}
      {isWhole && <Verdict result={result} error={error} isComparing={isComparing} one={one} other={other} />}
      <div class="compared">
        <SideCard
          side={one}
          box={result?.facial_areas.img1}
          faceCount={result?.face_counts?.img1}
          title={texts.checking.thePicture}
          onRemove={() => setOne(undefined)}
        />
        <SideCard
          side={other}
          box={result?.facial_areas.img2}
          faceCount={result?.face_counts?.img2}
          imageId={result && 'image_id' in result ? result.image_id : null}
          title={other?.kind === 'person' ? texts.checking.listed : texts.checking.theOther}
          onRemove={() => setOther(undefined)}
        >
          {mayPick && <PickPerson onPick={(entry) => setOther({ kind: 'person', entry })} />}
          {person > 0 && <PersonHidden />}
        </SideCard>
      </div>
      {result && <Numbers result={result} />}
      <PictureInput
        isMain
        compact={isWhole}
        hint={texts.checking.compareHint}
        onFiles={(files) => void take(files)}
      />
      {isWhole && <CheckTabs />}
    </Page>
  );
}

/** Says why the person of the address is not there, if the role may not see anybody. */
function PersonHidden() {
  return useLacks('desk') ? <p class="hint">{texts.verdicts.listedHidden}</p> : null;
}

/** Lets a listed person be picked, once asked to. */
function PickPerson({ onPick }: { onPick: (entry: BlacklistRecord) => void }) {
  const [isPicking, setPicking] = useState(false);
  if (isPicking) return <PersonPicker label={texts.frame.partOfName} onPick={onPick} />;
  return (
    <button type="button" class="button" onClick={() => setPicking(true)}>
      <Icon name="people" />
      {texts.checking.pickListed}
    </button>
  );
}

/**
 * Holds both sides, and gives back their addresses when they are replaced, or the page is left.
 *
 * @param personId listed person to compare with; 0 without one, or while the role is not known
 */
function useSides(personId: number) {
  const sides = useRef<{ one?: PictureSide | undefined; other?: Side | undefined }>({});
  const [, setRound] = useState(0);
  const isGone = useRef(false);
  const show = () => setRound((count) => count + 1);
  const setOne = (side: PictureSide | undefined) => {
    closeSide(sides.current.one);
    sides.current.one = side;
    show();
  };
  const setOther = (side: Side | undefined) => {
    closeSide(sides.current.other);
    sides.current.other = side;
    show();
  };
  // With a person on the other side, the next picture is the next to compare with that person.
  const setNext = (side: PictureSide | undefined) =>
    sides.current.one === undefined || sides.current.other?.kind === 'person' ? setOne(side) : setOther(side);
  const take = async (files: readonly File[]) => {
    for (const file of files.slice(0, 2)) {
      try {
        const side = await pictureSide(file);
        if (isGone.current) closeSide(side);
        else setNext(side);
      } catch (error) {
        // No verdict on the picture before is left in its place.
        if (!isGone.current) setNext(undefined);
        notify(texts.frame.withError(file.name, wordsOf(messageFor(error))), { isFailure: true });
      }
    }
  };
  useEffect(() => {
    if (!(personId > 0)) return;
    getEntry(personId).then(
      (entry) => !isGone.current && setOther({ kind: 'person', entry }),
      (error: unknown) => notify(errorMessage(error), { isFailure: true }),
    );
  }, [personId]);
  useEffect(
    () => () => {
      isGone.current = true;
      closeSide(sides.current.one);
      closeSide(sides.current.other);
    },
    [],
  );
  return { ...sides.current, take, setOne, setOther };
}

interface Compared {
  readonly result?: Comparison | undefined;
  readonly error?: Message | undefined;
}

function messageFor(error: unknown): Message {
  return error instanceof UnreadableFileError ? { text: error.message } : errorMessage(error);
}

/** Compares as soon as there are two sides, and again when one of them is replaced. */
function useComparison(one: PictureSide | undefined, other: Side | undefined) {
  const [compared, setCompared] = useState<Compared>({});
  const [isComparing, setComparing] = useState(false);
  useEffect(() => {
    setCompared({});
    if (one === undefined || other === undefined) return;
    let isGone = false;
    setComparing(true);
    compare(one, other)
      .then(
        (result) => !isGone && setCompared({ result }),
        (error: unknown) => !isGone && setCompared({ error: messageFor(error) }),
      )
      .finally(() => !isGone && setComparing(false));
    return () => {
      isGone = true;
    };
  }, [one, other]);
  return { ...compared, isComparing };
}

interface VerdictProps extends Compared {
  readonly isComparing: boolean;
  readonly one: PictureSide;
  readonly other: Side;
}

function Verdict({ result, error, isComparing, one, other }: VerdictProps) {
  if (isComparing) return <ComingVerdict text={texts.checking.comparing} />;
  if (error !== undefined) {
    const { side, text: detail, ...origin } = faultOf(error, one, other);
    const text = side ? texts.frame.withError(texts.verdicts.cannotTell, side) : texts.verdicts.cannotTell;
    return (
      <div role="alert">
        <VerdictBar headline={{ tone: 'cannot-tell', text, detail, ...origin }} />
      </div>
    );
  }
  if (result === undefined) return null;
  const entry = other.kind === 'person' ? other.entry : undefined;
  return (
    <div role="status">
      <VerdictBar headline={comparedHeadline(result, entry)} />
    </div>
  );
}

/** Tells which side a refusal of the service is about. */
function faultOf(error: Message, one: PictureSide, other: Side): Message & { readonly side?: string } {
  const [, field, text] = /^(image1|image2|image): (.+)$/s.exec(error.text) ?? [];
  if (error.isByService !== true || text === undefined) return error;
  const message = { text, isByService: true };
  const about = field === 'image2' ? other : one;
  return about.kind === 'picture' ? { ...message, side: about.file.name } : message;
}

interface SideCardProps {
  readonly side: Side | undefined;
  /** Face that was compared; undefined while it is not known. */
  readonly box: Box | null | undefined;
  /** Number of faces in the picture; undefined where the service does not tell. */
  readonly faceCount?: number | null | undefined;
  /** Reference picture that was nearest; null while it is not known. */
  readonly imageId?: string | null;
  readonly title: string;
  readonly onRemove: () => void;
  /** Other ways to fill the side. */
  readonly children?: ComponentChildren;
}

function SideCard({ side, box, faceCount, imageId = null, title, onRemove, children }: SideCardProps) {
  return (
    <section class="panel side" aria-label={title}>
      {side === undefined ? (
        <NoPicture alt={title} />
      ) : side.kind === 'person' ? (
        <PersonPicture entry={side.entry} imageId={imageId} />
      ) : box ? (
        <FaceCut source={side.url} size={side.size} box={box} alt={title} />
      ) : (
        <span class="picture whole">
          <img src={side.url} alt={title} />
        </span>
      )}
      {side?.kind === 'person' ? (
        <>
          <a href={paths.entry(side.entry.id)} dir="auto">
            {side.entry.name}
          </a>
          <EntryBadges entry={side.entry} />
          {side.entry.reason && (
            <p class="hit-reason" dir="auto">
              {side.entry.reason}
            </p>
          )}
        </>
      ) : (
        <p dir="auto">{side?.file.name ?? texts.checking.chooseIt}</p>
      )}
      {side?.kind === 'picture' && box && faceCount !== 1 && (
        <p class="hint">{faceCount ? texts.checking.largestOf(faceCount) : texts.checking.onlyLargest}</p>
      )}
      {side === undefined ? (
        children
      ) : (
        <button
          type="button"
          class="button quiet"
          aria-label={texts.checking.removeSide(title)}
          onClick={onRemove}
        >
          {texts.checking.remove}
        </button>
      )}
    </section>
  );
}

function PersonPicture({
  entry: { id, name, image_count },
  imageId,
}: {
  entry: Extract<Side, { kind: 'person' }>['entry'];
  imageId: string | null;
}) {
  const alt = texts.verdicts.listedPictureOf(name);
  if (image_count === 0) return <NoPicture alt={alt} />;
  return (
    <ServicePicture path={imageId === null ? coverPath(id) : faceOf(imagePath(id, imageId), 640)} alt={alt} />
  );
}

/** Shows the numbers, and what they mean. The role check gets none where the face does not match. */
function Numbers({ result: { distance, threshold, similarity, model, warnings } }: { result: Comparison }) {
  const status = useLoad('status', getStatus);
  return (
    <section class="section" aria-label={texts.checking.numbers}>
      {similarity !== null && status.data && <p>{meaningOf(similarity, status.data.backend)}</p>}
      <p class="hint">
        {distance !== null && `${texts.checking.distanceIs(distanceOf(distance))} `}
        {texts.checking.thresholdAndModel(distanceOf(threshold), model)}
      </p>
      <Warnings warnings={warnings} />
    </section>
  );
}
