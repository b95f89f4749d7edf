import { useMay } from '../api/caller.ts';
import { paths, route } from '../routes.ts';
import { useStore } from '../store.ts';

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
  const shown = useStore(route).page;
  if (!useMay('desk')) return null;
  const seen = isAdmin ? tabs : tabs.filter(({ page }) => page === 'status' || page === 'cameras');
  return (
    <nav class="tabs" aria-label="About the service">
      {seen.map(({ page, path, name }) => (
        <a key={page} href={path} aria-current={page === shown ? 'page' : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}
