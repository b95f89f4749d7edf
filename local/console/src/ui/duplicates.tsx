import type { Outcome } from '../enrollment.ts';
import { similarityOf } from '../model/words.ts';
import { paths } from '../routes.ts';
import { Notice } from './states.tsx';

/** Warns of listed people who look like the one whose pictures were added. */
export function Duplicates({ outcome: { duplicates, isUnsure } }: { outcome: Outcome }) {
  if (duplicates.length === 0 && !isUnsure) return null;
  return (
    <div role="alert">
      <Notice kind="warning">
        {duplicates.length > 0 ? (
          <>
            <p>
              <strong>This may be somebody who is listed already:</strong>
            </p>
            <ul>
              {duplicates.map(({ id, name, similarity }) => (
                <li key={id}>
                  <a href={paths.entry(id)}>{name}</a>, {similarityOf(similarity)} similar
                </li>
              ))}
            </ul>
          </>
        ) : (
          <p>Not every picture could be compared with the people who are listed.</p>
        )}
      </Notice>
    </div>
  );
}
