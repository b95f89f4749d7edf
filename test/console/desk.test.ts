import { describe, expect, it } from 'vitest';
import { describeAccess } from './access.ts';
import { describeAccessibility } from './accessibility.ts';
import { describeDrafts } from './drafts.ts';
import { describeFirefox } from './firefox.ts';
import { describeImporting } from './importing.ts';
import { describeLanguages } from './languages.ts';
import { describePeople } from './people.ts';
import { useConsole } from './use-console.ts';

/** Pages of whoever keeps the list, and what holds for every page. */

const { setup, otherHost } = useConsole();

describe('people', () => describePeople(setup));
describe('a draft', () => describeDrafts(setup));
describe('the import', () => describeImporting(setup));
describe('access', () => describeAccess(setup, otherHost));
describe('the language', () => describeLanguages(setup));
describe('Firefox', () => describeFirefox(setup));
describe('every page', () => describeAccessibility(setup));

describe('an address', () => {
  it('that a browser opens leads to the console', async () => {
    await using visit = await setup().visit('');
    const settings: string[] = [];
    visit.page.on('request', (request) => {
      if (request.url().endsWith('/config.json')) settings.push(request.url());
    });
    await visit.page.goto(setup().url);
    await visit.page.getByRole('heading', { name: 'Check' }).waitFor();
    expect(visit.page.url()).toBe(`${setup().url}/console/`);
    // They come with the script, and are not asked for again.
    expect(settings).toHaveLength(1);
  });
});
