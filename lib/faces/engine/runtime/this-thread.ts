import { createRequire } from 'node:module';
import type { EngineRuntime } from '../../../contract/vocabulary.ts';
import { loadOnnxRuntime } from './onnx-runtime.ts';
import type { Runtime } from './port.ts';

let used: Promise<Runtime> | undefined;

/**
 * Chooses the runtime of this thread's networks. Later calls change nothing.
 * @param choice `auto` takes ONNX Runtime where it loads, and tfjs otherwise
 * @throws Error when the requested runtime can't be loaded
 */
export function useRuntime(choice: EngineRuntime): Promise<Runtime> {
  used ??= loadRuntime(choice);
  return used;
}

/** Loads the runtime for `useRuntime`. */
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

/** Loads tfjs only when it is needed, because that takes a while. */
async function loadTfjs(): Promise<Runtime> {
  return (await import('./tfjs/session.ts')).loadTfjs();
}
