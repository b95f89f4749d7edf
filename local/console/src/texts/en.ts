import { answerParts, answers } from './en/answers.ts';
import { checking } from './en/checking.ts';
import { failures } from './en/failures.ts';
import { frame } from './en/frame.ts';
import { history } from './en/history.ts';
import { importing } from './en/importing.ts';
import { people } from './en/people.ts';
import { service } from './en/service.ts';
import { verdicts } from './en/verdicts.ts';

/** English, which says what texts there are. */
export const en = {
  verdicts,
  checking,
  frame,
  people,
  history,
  importing,
  service,
  answers,
  answerParts,
  failures,
};

export type Texts = typeof en;
