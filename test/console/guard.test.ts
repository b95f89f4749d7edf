import { describe } from 'vitest';
import { describeCheckFollows } from './check-follows.ts';
import { describeChecking } from './checking.ts';
import { describeHistory } from './history.ts';
import { describeLargeText } from './large-text.ts';
import { describeLowWindows } from './low-windows.ts';
import { useConsole } from './use-console.ts';

/** Pages of whoever looks at faces, and judges them. */

const { setup } = useConsole();

describe('checking', () => describeChecking(setup));
describe('what was checked', () => describeCheckFollows(setup));
describe('a low window', () => describeLowWindows(setup));
describe('large text', () => describeLargeText(setup));
describe('history and status', () => describeHistory(setup));
