import { createRequire } from 'node:module';
import type { EngineRuntime } from '../../../contract/vocabulary.ts';
import { loadOnnxRuntime } from './onnx-runtime.ts';
import type { Runtime } from './port.ts';

let used: Promise<Runtime> | undefined;

/**
 * Chooses what runs this thread's networks. Later calls change nothing.
 * @param choice `auto` takes ONNX Runtime where it loads, and tfjs otherwise.
 * @throws Error where the runtime that is asked for can't be loaded.
 */
export function useRuntime(choice: EngineRuntime): Promise<Runtime> {
  used ??= loadRuntime(choice);
  return used;
}

/** Loads what `useRuntime` uses. */
export async function loadRuntime(
  choice: EngineRuntime,
  require = createRequire(import.meta.url),
): Promise<Runtime> {
  if (choice === 'tfjs') return loadTfjs();
  try {
    return loadOnnxRuntime(require);
  } catch (cause) {
    if (choice === 'auto') return loadTfjs();
    const { platform, arch } = process;
    throw new Error(
      `ENGINE_RUNTIME=onnx: ONNX Runtime does not load on this machine (${platform}, ${arch}): ${reasonOf(cause)}. ` +
        'ENGINE_RUNTIME=auto or tfjs runs without it.',
      { cause },
    );
  }
}

function reasonOf(error: unknown): string {
  return ((error as Error).message.split('\n')[0] ?? '').replace(/\.$/, '');
}

/** tfjs takes a while to load: only who needs it does. */
async function loadTfjs(): Promise<Runtime> {
  return (await import('./tfjs/session.ts')).loadTfjs();
}
