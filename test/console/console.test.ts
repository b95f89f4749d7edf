import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { HttpServer } from '../http-server.ts';
import { describeAccess, hostFiles } from './access.ts';
import { describeAccessibility } from './accessibility.ts';
import { describeAlerts } from './alerts.ts';
import { describeCheckFollows } from './check-follows.ts';
import { describeChecking } from './checking.ts';
import { describeDoor } from './door.ts';
import { describeDoorFaces } from './door-faces.ts';
import { describeDoorLight } from './door-light.ts';
import { describeDoorList } from './door-list.ts';
import { describeDrafts } from './drafts.ts';
import { describeFirefox } from './firefox.ts';
import { describeHistory } from './history.ts';
import { describeImporting } from './importing.ts';
import { describeLanguages } from './languages.ts';
import { describeLowWindows } from './low-windows.ts';
import { describePeople } from './people.ts';
import { type ConsoleSetup, startConsole } from './setup.ts';

/** The console in a real browser, on a service as its users start it. */

let fileHost: HttpServer;
let setup: ConsoleSetup;
beforeAll(async () => {
  fileHost = await hostFiles();
  setup = await startConsole(fileHost.url);
});
afterEach(() => setup.clear());
afterAll(async () => {
  await setup[Symbol.asyncDispose]();
  await fileHost.stop();
});

describe('people', () => describePeople(() => setup));
describe('a draft', () => describeDrafts(() => setup));
describe('the import', () => describeImporting(() => setup));
describe('checking', () => describeChecking(() => setup));
describe('what was checked', () => describeCheckFollows(() => setup));
describe('the door', () => {
  describeDoor(() => setup);
  describeDoorFaces(() => setup);
  describeDoorLight(() => setup);
  describeDoorList(() => setup);
});
describe('an alert', () => describeAlerts(() => setup));
describe('a low window', () => describeLowWindows(() => setup));
describe('history and status', () => describeHistory(() => setup));
describe('access', () =>
  describeAccess(
    () => setup,
    () => fileHost.url,
  ));
describe('the language', () => describeLanguages(() => setup));
describe('Firefox', () => describeFirefox(() => setup));
describe('every page', () => describeAccessibility(() => setup));

describe('an address', () => {
  it('that a browser opens leads to the console', async () => {
    await using visit = await setup.visit('');
    const settings: string[] = [];
    visit.page.on('request', (request) => {
      if (request.url().endsWith('/config.json')) settings.push(request.url());
    });
    await visit.page.goto(setup.url);
    await visit.page.getByRole('heading', { name: 'Check' }).waitFor();
    expect(visit.page.url()).toBe(`${setup.url}/console/`);
    // They come with the script, and are not asked for again.
    expect(settings).toHaveLength(1);
  });
});
