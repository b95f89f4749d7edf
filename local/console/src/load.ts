import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { EventKind } from '../../../lib/contract/endpoints/list-events.ts';
import { untilRead } from './api/again.ts';
import { reconnections } from './api/connection.ts';
import { beats } from './api/live-events.ts';
import { useStore } from './store.ts';

/** Many events at once need one look. */
const eventPauseMs = 400;

export interface Loaded<Data> {
  /** Data read last, kept while it is read again. */
  readonly data: Data | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
  reload(): void;
  /** Shows newer data than was read, such as the answer to a change. */
  show(data: Data): void;
}

/**
 * Reads data, and reads it again when its key changes. After a failure it also reads again once the service
 * can be reached. What follows events is read again by itself until there is an answer.
 *
 * @param key names the data. Data of another `family`, the key's part before the first space, is not shown
 * while it loads
 * @param follows kinds of events after which it is read again
 */
export function useLoad<Data>(
  key: string,
  read: (signal: AbortSignal) => Promise<Data>,
  follows: readonly EventKind[] = [],
): Loaded<Data> {
  const [round, setRound] = useState(0);
  const { state, isLoading, hasFailed, show } = useReading(key, round, read, follows.length > 0);
  const reload = useCallback(() => setRound((count) => count + 1), []);
  const reconnected = useStore(reconnections);
  useEffect(() => {
    if (hasFailed.current) reload();
  }, [reconnected]);
  useEvents(follows, reload);
  const isFamily = familyOf(state.key) === familyOf(key);
  return {
    data: isFamily ? state.data : undefined,
    error: isFamily ? state.error : undefined,
    isLoading,
    reload,
    show,
  };
}

interface Reading<Data> {
  readonly key: string;
  readonly data?: Data | undefined;
  readonly error?: unknown;
}

/**
 * Reads once for each key and round. A reading that is no longer wanted is aborted.
 *
 * @param isPatient true to read until there is an answer, and to tell meanwhile why there is none
 */
function useReading<Data>(
  key: string,
  round: number,
  read: (signal: AbortSignal) => Promise<Data>,
  isPatient: boolean,
) {
  const [state, setState] = useState<Reading<Data>>({ key: '' });
  const [isLoading, setLoading] = useState(true);
  const hasFailed = useRef(false);
  const underWay = useRef<AbortController>(undefined);
  const reading = useRef(read);
  reading.current = read;
  useEffect(() => {
    const abort = new AbortController();
    underWay.current = abort;
    setLoading(true);
    const fail = (error: unknown) => {
      if (abort.signal.aborted) return;
      hasFailed.current = true;
      setState((before) => ({ key, error, data: before.key === key ? before.data : undefined }));
      setLoading(false);
    };
    const ask = async () => {
      abort.signal.throwIfAborted();
      return reading.current(abort.signal);
    };
    (isPatient ? untilRead(ask, fail) : ask()).then((data) => {
      if (abort.signal.aborted) return;
      hasFailed.current = false;
      setState({ key, data });
      setLoading(false);
    }, fail);
    return () => abort.abort();
  }, [key, round]);
  const show = (data: Data) => {
    // A reading that began before would hide it.
    underWay.current?.abort();
    hasFailed.current = false;
    setState({ key, data });
    setLoading(false);
  };
  return { state, isLoading, hasFailed, show };
}

/** Calls back after events of these kinds, once for many at once. */
function useEvents(kinds: readonly EventKind[], onEvents: () => void): void {
  const happened = useStore(beats);
  const seen = kinds.reduce((sum, kind) => sum + happened[kind], 0);
  const seenBefore = useRef(seen);
  useEffect(() => {
    if (seen === seenBefore.current) return;
    const timer = setTimeout(() => {
      seenBefore.current = seen;
      onEvents();
    }, eventPauseMs);
    return () => clearTimeout(timer);
  }, [seen]);
}

function familyOf(key: string): string {
  return key.split(' ', 1)[0] ?? '';
}
