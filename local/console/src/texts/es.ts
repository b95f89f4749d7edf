import type { Texts } from './en.ts';
import { answerParts, answers } from './es/answers.ts';
import { checking } from './es/checking.ts';
import { failures } from './es/failures.ts';
import { frame } from './es/frame.ts';
import { history } from './es/history.ts';
import { importing } from './es/importing.ts';
import { people } from './es/people.ts';
import { service } from './es/service.ts';
import { verdicts } from './es/verdicts.ts';

export const es: Texts = {
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
