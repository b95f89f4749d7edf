import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { reconnections } from './api/connection.ts';
import { useStore } from './store.ts';

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
 */
export function useLoad<Data>(key: string, read: (signal: AbortSignal) => Promise<Data>): Loaded<Data> {
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
