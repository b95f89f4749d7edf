import { paths } from '../routes.ts';
import { texts } from '../texts.ts';
import { Tabs } from './tabs.tsx';

/** Leads to the ways to look at somebody. */
export function CheckTabs() {
  const { waysToCheck, pictures, door, compare } = texts.checking;
  const tabs = [
    { page: 'check', path: paths.check, name: pictures },
    { page: 'door', path: paths.door, name: door },
    { page: 'compare', path: paths.compare, name: compare },
  ] as const;
  return <Tabs label={waysToCheck} tabs={tabs} />;
}
