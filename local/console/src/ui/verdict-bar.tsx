import type { BarHeadline } from '../model/verdict-words.ts';
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
  return (
    <div class={`verdict-bar ${tone}`}>
      <Icon name={icons[tone]} />
      <div>
        <h2 dir="auto">
          <Isolated text={text} />
        </h2>
        <p>
          <MessageText message={{ text: detail, ...origin }} />
        </p>
      </div>
    </div>
  );
}

/** Keeps the bar's place while a picture is checked. */
export function ComingVerdict({ text }: { text: string }) {
  return (
    <div class="verdict-bar cannot-tell" role="status">
      <Icon name="check" />
      <div>
        <h2>{text}</h2>
        <p>{texts.verdicts.verdictComes}</p>
      </div>
    </div>
  );
}
