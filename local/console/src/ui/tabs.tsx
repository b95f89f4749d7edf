import { type Route, route } from '../routes.ts';
import { useStore } from '../store.ts';

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly { readonly page: Route['page']; readonly path: string; readonly name: string }[];
}

/** Leads to the pages of a section. */
export function Tabs({ label, tabs }: TabsProps) {
  const shown = useStore(route).page;
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(({ page, path, name }) => (
        <a key={page} href={path} aria-current={page === shown ? 'page' : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}
