import { useEffect, useState } from 'preact/hooks';
import { useLacks } from '../api/caller.ts';
import { type BarHeadline, withoutComparing } from '../model/verdict-words.ts';
import { texts } from '../texts.ts';
import { Icon, type IconName } from './icon.tsx';
import { Isolated } from './isolated.tsx';
import { MessageText } from './message.tsx';

const icons: Record<BarHeadline['tone'], IconName> = {
  match: 'warning',
  possible: 'question',
  'cannot-tell': 'question',
  clear: 'tick',
  same: 'tick',
  different: 'close',
};

/** Shows the verdict on a picture: one bar, which its words tell as well as its colour. */
export function VerdictBar({ headline: { tone, text, detail, ...origin } }: { headline: BarHeadline }) {
  const isListedHidden = useLacks('desk');
  return (
    <div class={`verdict-bar ${tone}`}>
      <Icon name={icons[tone]} />
      <div>
        <h2 dir="auto">
          <Isolated text={text} />
        </h2>
        <p>
          <MessageText message={{ text: isListedHidden ? withoutComparing(detail) : detail, ...origin }} />
        </p>
      </div>
    </div>
  );
}

/** Time after which a slow line is told. */
const longMs = 5_000;

export interface ComingVerdictProps {
  readonly text: string;
  /** Share of the picture that is sent, 0..1; undefined while it is not told. */
  readonly sent?: number | undefined;
}

/** Keeps the bar's place while a picture is checked, and tells what takes long. */
export function ComingVerdict({ text, sent = 1 }: ComingVerdictProps) {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), longMs);
    return () => clearTimeout(timer);
  }, []);
  const isSending = sent < 1;
  return (
    <div class="verdict-bar cannot-tell" role="status">
      <Icon name="check" />
      <div>
        <h2>{isSending ? texts.checking.sendingNow : text}</h2>
        <p>{isLong || isSending ? texts.checking.takesLong : texts.verdicts.verdictComes}</p>
        {isSending && <progress max={1} value={sent} aria-label={texts.checking.sendingNow} />}
      </div>
    </div>
  );
}
