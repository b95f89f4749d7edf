/** A permission that a call needs: an action on a resource, with the facts for conditions. */
export interface NeededPermission {
  /** Such as `s3:GetObject`. */
  readonly action: string;
  /** ARN; `*` for an action that has no resource. */
  readonly resource: string;
  /** Values of condition keys, such as `s3:prefix`. */
  readonly facts: Readonly<Record<string, readonly string[]>>;
}

/** A call to one of AWS's services. */
export interface AwsCall {
  /** Such as `GetObject`. */
  readonly operation: string;
  readonly needs: readonly NeededPermission[];
  /** Keys of a call that deletes several objects: each is refused by itself. */
  readonly deletedKeys?: readonly string[];
}

/** Account and region of everything that the emulators have. */
export const account = '000000000000';

export function permission(
  action: string,
  resource: string,
  facts: NeededPermission['facts'] = {},
): NeededPermission {
  return { action, resource, facts };
}
