/**
 * Command: watches one camera, or a recording as fast as the cores allow, and prints a line for each person
 * who passes. Variables such as ${DOOR_PASSWORD} in the address keep a password out of the list of processes.
 * usage: npm run watch -- SOURCE [--name NAME] [--fps 5] [--keep matches|all] [--cooldown SECONDS] [--json]
 */
import { parseArgs } from 'node:util';
import { parseCameras } from '../../lib/cameras/settings.ts';
import { ConfigError, loadConfig } from '../../lib/config.ts';
import { openOutbox } from '../../lib/wiring/adapters.ts';
import { ports } from '../../lib/wiring/open.ts';
import { type Passage, watchCameras } from '../cameras.ts';
import { runCommand } from '../command.ts';
import { stopSignal } from '../server/stop-signal.ts';

const usage =
  'usage: npm run watch -- SOURCE [--name NAME] [--fps 5] [--keep matches|all] [--cooldown SECONDS] [--json]';

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
      },
    });
    const [url, ...more] = positionals;
    if (url === undefined || more.length > 0) throw new ConfigError(usage);
    const { name, fps, keep, cooldown, json } = values;
    const camera = { name, url, keep, fps: Number(fps), cooldown_s: Number(cooldown) };
    const [settings] = parseCameras(JSON.stringify([camera]), 'watch', process.env);
    if (!settings) throw new ConfigError(usage);
    return { settings, json };
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

await runCommand(async () => {
  const { settings, json } = readArguments();
  const config = loadConfig();
  const opened = await ports();
  try {
    const stop = new AbortController();
    void stopSignal().then(() => stop.abort());
    const outbox = config.webhooks && (await openOutbox(config));
    const onPassage = (passage: Passage) => printPassage(passage, json);
    const { run, watchers } = await watchCameras({ ...opened, outbox, onPassage }, config, [settings]);
    await run(stop.signal);
    const [status] = watchers.map((watcher) => watcher.status);
    if (status?.state === 'offline') {
      console.error(status.reason);
      process.exitCode = 1;
    }
  } finally {
    await opened.close();
  }
});
