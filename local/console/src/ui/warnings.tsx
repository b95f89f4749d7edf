import { ByService } from './message.tsx';
import { Notice } from './states.tsx';

/** Shows what the service warns of beside its answer, if it does. */
export function Warnings({ warnings }: { warnings: readonly string[] | null | undefined }) {
  if (!warnings || warnings.length === 0) return null;
  return (
    <div role="alert">
      {warnings.map((warning) => (
        <Notice key={warning} kind="warning">
          <ByService>{warning}</ByService>
        </Notice>
      ))}
    </div>
  );
}
