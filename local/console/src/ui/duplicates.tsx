import { similarityOf } from '../format.ts';
import { paths } from '../routes.ts';
import type { Outcome } from '../sending.ts';
import { texts } from '../texts.ts';
import { Badge } from './badge.tsx';
import { ListedFace } from './face-pair.tsx';
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
              <strong>{texts.people.maybeListed}</strong>
            </p>
            <ul class="doubts">
              {duplicates.map(({ id, name, similarity, in_force }) => (
                <li key={id}>
                  <span class="thumb">
                    <ListedFace entryId={id} imageId={null} name={name} />
                  </span>
                  <span>
                    {texts.people.personSimilar(
                      <a href={paths.entry(id)} dir="auto">
                        {name}
                      </a>,
                      similarityOf(similarity),
                    )}
                  </span>
                  {in_force === false && <Badge kind="neutral">{texts.people.outOfForce}</Badge>}
                </li>
              ))}
            </ul>
          </>
        ) : (
          <p>{texts.people.notAllCompared}</p>
        )}
      </Notice>
    </div>
  );
}
