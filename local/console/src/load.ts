import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { EventKind } from '../../../lib/contract/endpoints/list-events.ts';
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
}

/**
 * Reads data, and reads it again when its key changes. After a failure it also reads again once the service
 * can be reached.
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
  const [state, setState] = useState<{ key: string; data?: Data | undefined; error?: unknown }>({ key: '' });
  const [isLoading, setLoading] = useState(true);
  const reconnected = useStore(reconnections);
  const failed = useRef(false);
  const reading = useRef(read);
  reading.current = read;

  useEffect(() => {
    const abort = new AbortController();
    setLoading(true);
    reading.current(abort.signal).then(
      (data) => {
        if (abort.signal.aborted) return;
        failed.current = false;
        setState({ key, data });
        setLoading(false);
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        failed.current = true;
        setState((before) => ({ key, error, data: before.key === key ? before.data : undefined }));
        setLoading(false);
      },
    );
    return () => abort.abort();
  }, [key, round]);

  const reload = useCallback(() => setRound((count) => count + 1), []);
  useEffect(() => {
    if (failed.current) reload();
  }, [reconnected]);

  const happened = useStore(beats);
  const seen = follows.reduce((sum, kind) => sum + happened[kind], 0);
  const seenFirst = useRef(seen);
  useEffect(() => {
    if (seen === seenFirst.current) return;
    const timer = setTimeout(() => {
      seenFirst.current = seen;
      reload();
    }, eventPauseMs);
    return () => clearTimeout(timer);
  }, [seen]);

  const isFamily = familyOf(state.key) === familyOf(key);
  return {
    data: isFamily ? state.data : undefined,
    error: isFamily ? state.error : undefined,
    isLoading,
    reload,
  };
}

function familyOf(key: string): string {
  return key.split(' ', 1)[0] ?? '';
}
