import { useState } from 'preact/hooks';
import { errorMessage, type Message } from './api/client.ts';
import { pressedNow } from './api/token.ts';
import { type Draft, needsChoice } from './draft.ts';
import { type Doubts, enroll, findDoubts, isToSend, type Outcome, type Person } from './enrollment.ts';
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
  const [isSending, setSending] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const [doubts, setDoubts] = useState<Doubts>();
  const [error, setError] = useState<Message>();
  const reset = () => {
    setDoubts(undefined);
    setError(undefined);
    setOutcome(undefined);
  };
  const during = async (work: () => Promise<void>) => {
    reset();
    setSending(true);
    try {
      await work();
    } catch (failure) {
      if (onError?.(failure) !== true) setError(errorMessage(failure));
    } finally {
      setSending(false);
    }
  };
  const goOn = (press = pressedNow()) =>
    during(async () => {
      const result = await enroll(draft, person(), onListed, press);
      setOutcome(result);
      onDone(result);
    });
  const send = async () => {
    reset();
    const press = pressedNow();
    const problem = problemOf(draft);
    if (problem !== undefined) return setError({ text: problem });
    let found: Doubts | undefined;
    await during(async () => {
      found = await findDoubts(draft.value, person());
    });
    if (found === undefined) return;
    if (Object.values(found).some(({ length }) => length > 0)) setDoubts(found);
    else await goOn(press);
  };
  return { isSending, outcome, doubts, error, send, goOn: () => goOn(), reset };
}

function problemOf({ value: pictures }: Draft): string | undefined {
  const looking = pictures.find(({ state }) => state === 'looking');
  if (looking) return texts.people.stillLookedAt(looking.name);
  const open = pictures.find(needsChoice);
  if (open) return texts.people.showsSeveral(open.name);
  return pictures.some(isToSend) ? undefined : texts.people.addOne;
}
