import type { Texts } from './en.ts';
import { answerParts, answers } from './fr/answers.ts';
import { checking } from './fr/checking.ts';
import { failures } from './fr/failures.ts';
import { frame } from './fr/frame.ts';
import { history } from './fr/history.ts';
import { importing } from './fr/importing.ts';
import { people } from './fr/people.ts';
import { service } from './fr/service.ts';
import { verdicts } from './fr/verdicts.ts';

export const fr: Texts = {
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
