import { answerParts, answers } from './ar/answers.ts';
import { checking } from './ar/checking.ts';
import { failures } from './ar/failures.ts';
import { frame } from './ar/frame.ts';
import { history } from './ar/history.ts';
import { importing } from './ar/importing.ts';
import { people } from './ar/people.ts';
import { service } from './ar/service.ts';
import { verdicts } from './ar/verdicts.ts';
import type { Texts } from './en.ts';

export const ar: Texts = {
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
