import { answerParts, answers } from './de/answers.ts';
import { checking } from './de/checking.ts';
import { failures } from './de/failures.ts';
import { frame } from './de/frame.ts';
import { history } from './de/history.ts';
import { importing } from './de/importing.ts';
import { people } from './de/people.ts';
import { service } from './de/service.ts';
import { verdicts } from './de/verdicts.ts';
import type { Texts } from './en.ts';

export const de: Texts = {
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
