import { describe } from 'vitest';
import { describeAlerts } from './alerts.ts';
import { describeCheckFollows } from './check-follows.ts';
import { describeChecking } from './checking.ts';
import { describeDoor } from './door.ts';
import { describeDoorFaces } from './door-faces.ts';
import { describeDoorLight } from './door-light.ts';
import { describeDoorList } from './door-list.ts';
import { describeHistory } from './history.ts';
import { describeLargeText } from './large-text.ts';
import { describeLowWindows } from './low-windows.ts';
import { useConsole } from './use-console.ts';

/** Pages of whoever looks at faces and acts on matches. */

const { setup } = useConsole();

describe('checking', () => describeChecking(setup));
describe('what was checked', () => describeCheckFollows(setup));
describe('the door', () => {
  describeDoor(setup);
  describeDoorFaces(setup);
  describeDoorLight(setup);
  describeDoorList(setup);
});
describe('an alert', () => describeAlerts(setup));
describe('a low window', () => describeLowWindows(setup));
describe('large text', () => describeLargeText(setup));
describe('history and status', () => describeHistory(setup));
