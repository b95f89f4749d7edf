import { useMay } from '../api/caller.ts';
import { paths } from '../routes.ts';
import { Tabs } from './tabs.tsx';

const tabs = [
  { page: 'status', path: paths.status, name: 'Status' },
  { page: 'cameras', path: paths.cameras, name: 'Cameras' },
  { page: 'audit', path: paths.audit, name: 'Audit' },
  { page: 'tokens', path: paths.tokens, name: 'Tokens' },
  { page: 'privacy', path: paths.privacy, name: 'Privacy' },
] as const;

/** Leads to the pages about the service itself. Others than administrators see its status and the cameras. */
export function ServiceTabs() {
  const isAdmin = useMay('admin');
  if (!useMay('desk')) return null;
  const seen = isAdmin ? tabs : tabs.filter(({ page }) => page === 'status' || page === 'cameras');
  return <Tabs label="About the service" tabs={seen} />;
}
