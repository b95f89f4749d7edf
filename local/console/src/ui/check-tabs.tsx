import { paths } from '../routes.ts';
import { Tabs } from './tabs.tsx';

const tabs = [
  { page: 'check', path: paths.check, name: 'Pictures' },
  { page: 'door', path: paths.door, name: 'Door' },
  { page: 'compare', path: paths.compare, name: 'Compare' },
] as const;

/** Leads to the ways to look at somebody. */
export function CheckTabs() {
  return <Tabs label="Ways to check" tabs={tabs} />;
}
