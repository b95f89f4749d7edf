import type { Texts } from './en.ts';
import { answerParts, answers } from './pt/answers.ts';
import { checking } from './pt/checking.ts';
import { failures } from './pt/failures.ts';
import { frame } from './pt/frame.ts';
import { history } from './pt/history.ts';
import { importing } from './pt/importing.ts';
import { people } from './pt/people.ts';
import { service } from './pt/service.ts';
import { verdicts } from './pt/verdicts.ts';

export const pt: Texts = {
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
