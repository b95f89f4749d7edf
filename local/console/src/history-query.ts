import type { ProcessedFilter } from './api/endpoints.ts';
import { type ReviewState, reviewStates } from './model/review-states.ts';
import { addressQuery, go, historyPath } from './routes.ts';

/** The filter as the page's address has it: days are those of the person who looks. */
export interface HistoryQuery {
  readonly match: '' | 'yes' | 'no';
  readonly review: '' | ReviewState;
  readonly source: string;
  readonly reference: string;
  readonly entry: number | undefined;
  readonly from: string;
  readonly to: string;
  /** From 1. */
  readonly page: number;
}

export function parseHistoryQuery(query: URLSearchParams): HistoryQuery {
  const match = query.get('match');
  const wholeNumber = (name: string) =>
    /^\d{1,12}$/.test(query.get(name) ?? '') ? Number(query.get(name)) : undefined;
  const day = (name: string) =>
    /^\d{4}-\d\d-\d\d$/.test(query.get(name) ?? '') ? (query.get(name) ?? '') : '';
  return {
    match: match === 'yes' || match === 'no' ? match : '',
    review: reviewStates.find((state) => state === query.get('review')) ?? '',
    source: query.get('source') ?? '',
    reference: query.get('reference') ?? '',
    entry: wholeNumber('entry'),
    from: day('from'),
    to: day('to'),
    page: Math.max(1, wholeNumber('page') ?? 1),
  };
}

/** Changes a part of the address's filter, and shows the first page of it unless `part` names one. */
export function showHistory(part: Partial<HistoryQuery>): void {
  const { entry, page, ...texts } = { ...parseHistoryQuery(addressQuery()), page: 1, ...part };
  const all = { ...texts, entry: entry?.toString() ?? '', page: page > 1 ? String(page) : '' };
  go(historyPath(new URLSearchParams(Object.entries(all).filter(([, value]) => value !== ''))));
}

export function filterOf({
  match,
  review,
  source,
  reference,
  entry,
  from,
  to,
}: HistoryQuery): ProcessedFilter {
  const midnight = (day: string, daysLater: number) => {
    if (day === '') return undefined;
    const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
    const time = new Date(year, month - 1, date + daysLater);
    return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
  };
  return {
    hasMatch: match === '' ? undefined : match === 'yes',
    review: review === '' ? undefined : review,
    source,
    reference,
    entryId: entry,
    since: midnight(from, 0),
    until: midnight(to, 1),
  };
}

/** Returns true for a first day after the last, between which no picture can be. */
export const areReversed = ({ from, to }: Pick<HistoryQuery, 'from' | 'to'>) =>
  from !== '' && to !== '' && from > to;
