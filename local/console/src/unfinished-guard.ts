import { checks, isUnchecked } from './checks.ts';
import { beingSent } from './draft.ts';
import { isUnfinished } from './import-report.ts';
import { currentImport } from './import-state.ts';

/**
 * Has the browser ask before this tab is closed or loaded again while that would lose something: an import,
 * pictures that are not checked, or the answer to a listing.
 */
export function guardUnfinished(): void {
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  const look = () => {
    const known = currentImport.value;
    // A listener without a reason would keep browsers from showing the page at once when somebody comes back.
    if ((known && isUnfinished(known)) || checks.value.some(isUnchecked) || beingSent.value.size > 0) {
      addEventListener('beforeunload', ask);
    } else removeEventListener('beforeunload', ask);
  };
  currentImport.subscribe(look);
  checks.subscribe(look);
  beingSent.subscribe(look);
}
