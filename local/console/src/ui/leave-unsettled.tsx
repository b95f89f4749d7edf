import type { ComponentChildren } from 'preact';
import { texts } from '../texts.ts';
import { Confirm } from './dialog.tsx';

export interface LeaveUnsettledProps {
  /** Words about the lost answer, and where it is to be had. */
  readonly children: ComponentChildren;
  readonly onLeave: () => void;
  readonly onClose: () => void;
}

/** Asks before pictures are forgotten of which nobody knows yet whether they were added. */
export function LeaveUnsettled({ children, onLeave, onClose }: LeaveUnsettledProps) {
  const run = async () => {
    onLeave();
    onClose();
  };
  return (
    <Confirm
      title={texts.people.leaveUnknown}
      action={texts.people.leaveNevertheless}
      run={run}
      onClose={onClose}
    >
      {children}
    </Confirm>
  );
}
