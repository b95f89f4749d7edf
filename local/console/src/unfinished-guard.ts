import { checks, isUnchecked } from './checks.ts';
import { beingSent, unsettled } from './draft.ts';
import { held } from './held-tab.ts';
import { isUnfinished } from './import-report.ts';
import { currentImport } from './import-state.ts';

/**
 * Has the browser ask before this tab is closed or loaded again while that would lose something: an import,
 * pictures that are not checked, or the answer to a listing or another change.
 */
export function guardUnfinished(): void {
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  const look = () => {
    const known = currentImport.value;
    const isOpen = beingSent.value.size + unsettled.value.size + held.value > 0;
    // A listener without a reason would keep browsers from showing the page at once when somebody comes back.
    if ((known && isUnfinished(known)) || checks.value.some(isUnchecked) || isOpen) {
      addEventListener('beforeunload', ask);
    } else removeEventListener('beforeunload', ask);
  };
  currentImport.subscribe(look);
  checks.subscribe(look);
  beingSent.subscribe(look);
  unsettled.subscribe(look);
  held.subscribe(look);
}
