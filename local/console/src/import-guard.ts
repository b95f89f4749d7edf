import { isUnfinished } from './import-report.ts';
import { currentImport } from './import-state.ts';

/** Has the browser ask before this tab is closed or loaded again while an import would be lost by it. */
export function guardImport(): void {
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  currentImport.subscribe(() => {
    const known = currentImport.value;
    // A listener without a reason would keep browsers from showing the page at once when somebody comes back.
    if (known && isUnfinished(known)) addEventListener('beforeunload', ask);
    else removeEventListener('beforeunload', ask);
  });
}
