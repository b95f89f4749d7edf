import type { ComponentChildren } from 'preact';
import { texts } from '../texts.ts';
import { Confirm } from './dialog.tsx';

export interface LeaveUnsettledProps {
  /** Question; without one it is about a lost answer. */
  readonly title?: string;
  /** Words about the lost answer, and where it is to be had. */
  readonly children: ComponentChildren;
  readonly onLeave: () => void;
  readonly onClose: () => void;
}

/** Asks before something is forgotten: pictures of which nobody knows yet if they were added, or words. */
export function LeaveUnsettled({ title, children, onLeave, onClose }: LeaveUnsettledProps) {
  const run = async () => {
    onLeave();
    onClose();
  };
  return (
    <Confirm
      title={title ?? texts.people.leaveUnknown}
      action={texts.people.leaveNevertheless}
      run={run}
      onClose={onClose}
    >
      {children}
    </Confirm>
  );
}
