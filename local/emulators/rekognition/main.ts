/**
 * Command: an emulator of Amazon Rekognition's face operations, until it is told to stop.
 *
 * usage: npm run rekognition
 *
 * Its settings come from the environment or `.env`: `REKOGNITION_PORT` (4600), `REKOGNITION_HOST`
 * (127.0.0.1), `REKOGNITION_DATA_DIR` (`./data/rekognition`) and `REKOGNITION_CONSISTENCY_MS` (0).
 */
import { existsSync } from 'node:fs';
import { runCommand } from '../../command.ts';
import { stopSignal } from '../../server/stop-signal.ts';
import { startRekognition } from './server.ts';
import { parseRekognitionSettings } from './settings.ts';

await runCommand(async () => {
  // The S3 client too looks for its settings in the environment. Variables that are already set count first.
  if (existsSync('.env')) process.loadEnvFile('.env');
  const { port, host, dataDir, consistencyMs } = parseRekognitionSettings(process.env);
  const signal = stopSignal();
  const rekognition = await startRekognition({ port, host, dataDir, workers: 1, consistencyMs });
  console.log(
    `Rekognition, emulated, with its data in ${dataDir}. Point an AWS SDK or the AWS CLI to it with:`,
  );
  console.log(`export AWS_ENDPOINT_URL_REKOGNITION=${rekognition.url}`);
  // The command of the package may be killed without a word.
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
  await signal;
  await rekognition.close();
});
