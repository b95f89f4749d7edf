import type { MergeClaim } from '../merging.ts';
import { type Action, type Condition, isNew } from './action.ts';
import { again, type TableClient } from './client.ts';
import { entryKey, noteKey } from './items.ts';

/** The merges that are under way are notes of the service for itself. */

const keyOf = (entryId: number) => noteKey(`merge ${entryId}`);

/** Makes the part of the record store that keeps the claims of merges. */
export function mergeClaims(table: TableClient) {
  return {
    mergeClaim: (entryId: number): Promise<MergeClaim | undefined> => claimOf(table, entryId),

    async replaceMergeClaim(
      entryId: number,
      before: MergeClaim | undefined,
      after: MergeClaim | undefined,
    ): Promise<boolean> {
      const key = keyOf(entryId);
      const condition = unchangedClaim(before);
      const actions: Action[] = [
        after
          ? { put: { ...key, body: JSON.stringify(after) }, ...condition }
          : { remove: key, ...condition },
      ];
      if (after && !after.isRevoked) {
        actions.push({
          check: entryKey(entryId),
          condition: '#status = :active',
          values: { active: 'ACTIVE' },
        });
      }
      return table.settle(async () => {
        const { done, refused } = await table.transact(actions);
        return done || (refused.size > 0 ? false : again);
      });
    },
  };
}

export async function claimOf(table: TableClient, entryId: number): Promise<MergeClaim | undefined> {
  const item = await table.get(keyOf(entryId));
  return item && JSON.parse(String(item.body));
}

/** Makes the action that fails if the claim is another one by now. */
export function stillClaimed(entryId: number, claim: MergeClaim | undefined): Action {
  const { condition = '', values = {} } = unchangedClaim(claim);
  return { check: keyOf(entryId), condition, values };
}

function unchangedClaim(claim: MergeClaim | undefined): Condition {
  return claim ? { condition: '#body = :body', values: { body: JSON.stringify(claim) } } : isNew;
}
