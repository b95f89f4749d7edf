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
  used ??= load(choice);
  return used;
}

async function load(choice: EngineRuntime): Promise<Runtime> {
  if (choice === 'tfjs') return loadTfjs();
  try {
    return loadOnnxRuntime();
  } catch (cause) {
    if (choice === 'auto') return loadTfjs();
    const { platform, arch } = process;
    throw new Error(
      `ENGINE_RUNTIME=onnx: ONNX Runtime does not load on this machine (${platform}, ${arch}). ` +
        'ENGINE_RUNTIME=auto or tfjs runs without it.',
      { cause },
    );
  }
}

/** tfjs takes a while to load: only who needs it does. */
async function loadTfjs(): Promise<Runtime> {
  return (await import('./tfjs/session.ts')).loadTfjs();
}
