import { checks, isUnchecked } from './checks.ts';
import { isUnfinished } from './import-report.ts';
import { currentImport } from './import-state.ts';

/**
 * Has the browser ask before this tab is closed or loaded again while that would lose an import, or pictures
 * that are not checked.
 */
export function guardUnfinished(): void {
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  const look = () => {
    const known = currentImport.value;
    // A listener without a reason would keep browsers from showing the page at once when somebody comes back.
    if ((known && isUnfinished(known)) || checks.value.some(isUnchecked)) {
      addEventListener('beforeunload', ask);
    } else removeEventListener('beforeunload', ask);
  };
  currentImport.subscribe(look);
  checks.subscribe(look);
}
