import type { Config } from '../../config.ts';
import { BackendUnavailableError } from '../../errors.ts';
import type { FaceFollower } from '../follower.ts';
import { lookFor } from './follow.ts';
import { embeddingModels } from './models/models.ts';
import { WorkerPool } from './pool.ts';

/** Follower whose threads are its own. */
export interface LocalFollower extends FaceFollower {
  /**
   * Stops its threads.
   * @throws Never
   */
  close(): Promise<void>;
}

const model = embeddingModels.Fusion;

/**
 * Opens a follower beside a backend that computes elsewhere. It has no gallery.
 * @throws BackendUnavailableError when the engine does not start
 */
export async function openLocalFollower(
  config: Pick<Config, 'engineWorkers' | 'engineRuntime' | 'detectionConfidenceThreshold'>,
): Promise<LocalFollower> {
  const pool = await WorkerPool.start(config.engineWorkers, {
    minConfidence: config.detectionConfidenceThreshold,
    modelName: model.embedder,
    runtime: config.engineRuntime,
  });
  return {
    ...lookFor(pool, () => [model.embedder], model),
    async nearest() {
      throw new BackendUnavailableError('Faces are compared by another service.', 60);
    },
    close: () => pool.close(),
  };
}
