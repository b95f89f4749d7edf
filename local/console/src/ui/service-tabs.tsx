import { useMay } from '../api/caller.ts';
import { paths } from '../routes.ts';
import { texts } from '../texts.ts';
import { Tabs } from './tabs.tsx';

const pages = ['status', 'cameras', 'audit', 'tokens', 'privacy'] as const;

/** Leads to the pages about the service itself. Others than administrators see its status and the cameras. */
export function ServiceTabs() {
  const isAdmin = useMay('admin');
  if (!useMay('desk')) return null;
  const seen = isAdmin ? pages : pages.filter((page) => page === 'status' || page === 'cameras');
  const tabs = seen.map((page) => ({ page, path: paths[page], name: texts.service[page] }));
  return <Tabs label={texts.service.aboutService} tabs={tabs} />;
}
