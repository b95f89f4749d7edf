import { useState } from 'preact/hooks';
import { errorMessage, type Message } from './api/client.ts';
import { pressedNow } from './api/token.ts';
import {
  beingSent,
  type Draft,
  isNotLookedAt,
  isToSend,
  isUnsettled,
  needsChoice,
  renewLooks,
} from './draft.ts';
import { areAmong, type Doubts, findDoubts, type Person } from './enrollment.ts';
import { enroll, type Outcome } from './sending.ts';
import { useStore } from './store.ts';
import { texts } from './texts.ts';

export interface Enrolling {
  readonly isSending: boolean;
  readonly outcome: Outcome | undefined;
  readonly doubts: Doubts | undefined;
  readonly error: Message | undefined;
  /** Sends the draft, unless something is to be chosen or asked first. */
  send(): Promise<void>;
  /** Sends it in spite of the doubts. */
  goOn(): Promise<void>;
  /** Forgets doubts, error and outcome. */
  reset(): void;
}

export interface EnrollingOptions {
  readonly draft: Draft;
  readonly person: () => Person;
  readonly onListed: (entryId: number) => void;
  readonly onDone: (outcome: Outcome) => void;
  /** Shows an error elsewhere. It returns true if it did. */
  readonly onError?: (error: unknown) => boolean;
}

/** Sends a draft's pictures. It asks first where that may list the wrong face, or somebody twice. */
export function useEnrolling({ draft, person, onListed, onDone, onError }: EnrollingOptions): Enrolling {
  const isSending = useStore(beingSent).has(draft);
  const [outcome, setOutcome] = useState<Outcome>();
  const [doubts, setDoubts] = useState<Doubts>();
  const [error, setError] = useState<Message>();
  const reset = () => {
    setDoubts(undefined);
    setError(undefined);
    setOutcome(undefined);
  };
  const fail = (failure: unknown) => {
    if (draft.value.some(isUnsettled)) setError({ text: texts.people.notKnown });
    else if (onError?.(failure) !== true) setError(errorMessage(failure));
  };
  const sendUnless = async (agreed: Doubts | undefined) => {
    reset();
    const press = pressedNow();
    const problem = problemOf(draft);
    if (problem !== undefined) return setError({ text: problem });
    if (beingSent.value.has(draft)) return;
    beingSent.update((drafts) => new Set([...drafts, draft]));
    try {
      const found = await whatToAsk(draft, person(), agreed);
      if (found !== undefined)
        return 'problem' in found ? setError({ text: found.problem }) : setDoubts(found);
      const result = await enroll(draft, person(), onListed, press);
      setOutcome(result);
      onDone(result);
    } catch (failure) {
      fail(failure);
    } finally {
      beingSent.update((drafts) => new Set([...drafts].filter((other) => other !== draft)));
    }
  };
  const send = () => sendUnless(undefined);
  const goOn = () => sendUnless(doubts);
  return { isSending, outcome, doubts, error, send, goOn, reset };
}

/**
 * Finds out what is to be asked or chosen before a draft is sent, by who is listed now. What somebody has
 * agreed to is not asked again.
 *
 * @throws errors of the service, except those about a picture
 */
async function whatToAsk(
  draft: Draft,
  person: Person,
  agreed: Doubts | undefined,
): Promise<Doubts | { readonly problem: string } | undefined> {
  // An answer that was lost is asked for before anything else.
  if (draft.value.some(isUnsettled)) return undefined;
  const isAsNew = await renewLooks(draft);
  const problem = problemOf(draft);
  if (problem !== undefined) return { problem };
  if (agreed && !isAsNew) return undefined;
  const found = await findDoubts(draft.value, person);
  const isDoubtful = Object.values(found).some(({ length }) => length > 0);
  return isDoubtful && !(agreed && areAmong(found, agreed)) ? found : undefined;
}

function problemOf({ value: pictures }: Draft): string | undefined {
  if (pictures.some(isUnsettled)) return undefined;
  const looking = pictures.find(({ state }) => state === 'looking');
  if (looking) return texts.people.stillLookedAt(looking.name);
  const left = pictures.filter(isNotLookedAt).length;
  if (left > 0) return texts.people.wouldBeLeft(left);
  const open = pictures.find(needsChoice);
  if (open) return texts.people.showsSeveral(open.name);
  return pictures.some(isToSend) ? undefined : texts.people.addOne;
}
