import { type Draft, movePictures, picturesFor } from '../draft.ts';
import { go, paths } from '../routes.ts';
import type { Enrolling } from '../use-enrolling.ts';
import { DoubtsDialog } from './doubts.tsx';

export interface EnrollingDoubtsProps {
  readonly enrolling: Enrolling;
  /** Pictures that are enrolled, which may go to another person instead. */
  readonly draft: Draft;
  /** Label of the button that goes on in spite of the doubts. */
  readonly action: string;
}

/** Asks about what an enrollment makes doubtful, if it does. */
export function EnrollingDoubts({ enrolling, draft, action }: EnrollingDoubtsProps) {
  const { doubts, goOn, reset } = enrolling;
  if (doubts === undefined) return null;
  const addTo = (entryId: number) => {
    reset();
    movePictures(draft, picturesFor(entryId));
    go(paths.entry(entryId));
  };
  return (
    <DoubtsDialog
      doubts={doubts}
      action={action}
      onGoOn={() => void goOn()}
      onAddTo={addTo}
      onClose={reset}
    />
  );
}
