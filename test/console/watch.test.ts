import { describe } from 'vitest';
import { describeAlerts } from './alerts.ts';
import { describeDoor } from './door.ts';
import { describeDoorFaces } from './door-faces.ts';
import { describeDoorLight } from './door-light.ts';
import { describeDoorList } from './door-list.ts';
import { useConsole } from './use-console.ts';

/** Pages that tell of a match by themselves. */

const { setup } = useConsole();

describe('the door', () => {
  describeDoor(setup);
  describeDoorFaces(setup);
  describeDoorLight(setup);
  describeDoorList(setup);
});
describe('an alert', () => describeAlerts(setup));
