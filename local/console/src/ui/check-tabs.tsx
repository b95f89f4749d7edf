import { paths, route } from '../routes.ts';
import { useStore } from '../store.ts';

const tabs = [
  { page: 'check', path: paths.check, name: 'Pictures' },
  { page: 'door', path: paths.door, name: 'Door' },
  { page: 'compare', path: paths.compare, name: 'Compare' },
] as const;

/** Leads to the ways to look at somebody. */
export function CheckTabs() {
  const shown = useStore(route).page;
  return (
    <nav class="tabs" aria-label="Ways to check">
      {tabs.map(({ page, path, name }) => (
        <a key={page} href={path} aria-current={page === shown ? 'page' : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}
