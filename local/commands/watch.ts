/**
 * Command: watches one camera, or a recording as fast as the cores allow, and prints a line for each person
 * who passes. Variables such as ${DOOR_PASSWORD} in the address keep a password out of the list of processes.
 * With --api, a service elsewhere compares the faces: it gets the best view of each person who passes.
 * usage: npm run watch -- SOURCE [--name NAME] [--fps 5] [--keep matches|all] [--cooldown SECONDS] [--json]
 */
import { parseArgs } from 'node:util';
import { type CameraSettings, parseCameras } from '../../lib/cameras/settings.ts';
import type { ShotAnswer } from '../../lib/cameras/shot-sender.ts';
import type { CameraStatus } from '../../lib/cameras/watch.ts';
import { ConfigError } from '../../lib/config.ts';
import { hasReceivers } from '../../lib/events/receivers.ts';
import { loadConfig } from '../../lib/load-config.ts';
import { openOutbox } from '../../lib/wiring/adapters.ts';
import { ports } from '../../lib/wiring/open.ts';
import { type Passage, watchCameras } from '../cameras.ts';
import { runCommand } from '../command.ts';
import { remoteService, watchForService } from '../remote-watch.ts';
import { stopSignal } from '../server/stop-signal.ts';

const usage =
  'usage: npm run watch -- SOURCE [--name NAME] [--fps 5] [--keep matches|all] [--cooldown SECONDS] [--json] [--api URL --token TOKEN]';

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        name: { type: 'string', default: 'camera' },
        fps: { type: 'string', default: '5' },
        keep: { type: 'string', default: 'matches' },
        cooldown: { type: 'string', default: '300' },
        json: { type: 'boolean', default: false },
        api: { type: 'string' },
        token: { type: 'string' },
      },
    });
    const [url, ...more] = positionals;
    if (url === undefined || more.length > 0) throw new ConfigError(usage);
    const { name, fps, keep, cooldown, json } = values;
    const camera = { name, url, keep, fps: Number(fps), cooldown_s: Number(cooldown) };
    const [settings] = parseCameras(JSON.stringify([camera]), 'watch', process.env);
    if (!settings) throw new ConfigError(usage);
    if (values.api === undefined && values.token !== undefined) throw new ConfigError(usage);
    const service =
      values.api === undefined ? undefined : remoteService(values.api, values.token, process.env);
    return { settings, json, service };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`${(error as Error).message}\n${usage}`);
  }
}

function printPassage({ camera, track, sighting }: Passage, isJson: boolean): void {
  const [best] = track.looks;
  const facts = {
    camera,
    track: track.id,
    first_seen: new Date(track.firstSeen).toISOString(),
    last_seen: new Date(track.lastSeen).toISOString(),
    looks: track.looks.length,
    width: best?.box.w ?? track.box.w,
    entries: sighting?.entryIds ?? [],
    db_id: sighting?.dbId ?? null,
    suppressed: sighting?.isSuppressed ?? false,
  };
  if (isJson) {
    console.log(JSON.stringify(facts));
    return;
  }
  const seconds = ((track.lastSeen - track.firstSeen) / 1000).toFixed(1);
  const who = sighting
    ? `matches entry ${facts.entries.join(', ')} (picture ${facts.db_id})`
    : 'matches nobody';
  console.log(`${facts.first_seen}  ${seconds} s, ${facts.looks} looks, up to ${facts.width} px: ${who}`);
}

function printAnswer({ shot, dbId, entries }: ShotAnswer, isJson: boolean): void {
  const { camera, track, at } = shot;
  const seen = new Date(at).toISOString();
  const ids = entries.map(({ id }) => id);
  if (isJson) console.log(JSON.stringify({ camera, track, last_seen: seen, entries: ids, db_id: dbId }));
  else
    console.log(
      `${seen}  ${ids.length > 0 ? `matches entry ${ids.join(', ')} (picture ${dbId})` : 'matches nobody'}`,
    );
}

/** Tells a failure of the source by the command's exit. */
function printEnd({ state, reason }: CameraStatus): void {
  if (state !== 'offline') return;
  console.error(reason);
  process.exitCode = 1;
}

async function watchHere(settings: CameraSettings, json: boolean, stop: AbortSignal): Promise<void> {
  const config = loadConfig();
  const opened = await ports();
  try {
    const outbox = hasReceivers(config) ? await openOutbox(config) : undefined;
    const onPassage = (passage: Passage) => printPassage(passage, json);
    const { run, watchers } = await watchCameras({ ...opened, outbox, onPassage }, config, [settings]);
    await run(stop);
    for (const { status } of watchers) printEnd(status);
  } finally {
    await opened.close();
  }
}

await runCommand(async () => {
  const { settings, json, service } = readArguments();
  const stop = new AbortController();
  void stopSignal().then(() => stop.abort());
  if (!service) return watchHere(settings, json, stop.signal);
  const onAnswer = (answer: ShotAnswer) => printAnswer(answer, json);
  const report = await watchForService(loadConfig(), settings, { service, onAnswer }, stop.signal);
  const { sent, refused, dropped, waiting, status } = report;
  console.error(`${sent} sent, ${refused} refused, ${dropped} dropped, ${waiting} waiting for the next run.`);
  printEnd(status);
});
