import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent } from 'undici';
import { expect, test } from 'vitest';
import { parseConfig, settings } from '../../lib/config.ts';
import { openReceiver } from '../../lib/events/open-receiver.ts';
import { hasReceivers, receiverSettings, receiversOf } from '../../lib/events/receivers.ts';
import { secret } from './receiver.ts';

const named = {
  WEBHOOK_URL: 'http://127.0.0.1:9/one,http://127.0.0.1:9/two',
  WEBHOOK_SECRET: secret,
  MQTT_URL: 'mqtt://127.0.0.1:9',
} as const;

test('receivers are those of every setting that names some, in order', () => {
  expect(Object.keys(settings.shape)).toEqual(expect.arrayContaining([...receiverSettings]));
  expect(receiversOf(parseConfig(named))).toMatchObject([
    { kind: 'webhook', url: 'http://127.0.0.1:9/one', secrets: [named.WEBHOOK_SECRET] },
    { kind: 'webhook', url: 'http://127.0.0.1:9/two' },
    { kind: 'mqtt', url: 'mqtt://127.0.0.1:9', hasNames: false },
  ]);
  for (const name of receiverSettings) {
    const { WEBHOOK_SECRET } = named;
    expect(hasReceivers(parseConfig({ [name]: named[name], WEBHOOK_SECRET }))).toBe(true);
  }
  expect(hasReceivers(parseConfig({}))).toBe(false);
});

test('each is opened, and an attempt that fails is an outcome', async () => {
  const dispatcher = new Agent();
  for (const receiver of receiversOf(parseConfig(named))) {
    const target = await openReceiver(receiver, { dispatcher, cameras: () => [] });
    const event = { type: 'camera.offline', timestamp: '', data: { camera: 'Door' } } as never;
    expect(await target.send([event])).toMatchObject([{ outcome: 'unreachable' }]);
    await target.close?.();
  }
  await dispatcher.destroy();
});

test('nobody asks one kind of receiver, and so forgets another', () => {
  const root = join(import.meta.dirname, '../..');
  const asking = globSync('{lib,local,functions}/**/*.ts', { cwd: root })
    .filter((file) => !file.startsWith('local/console/'))
    .filter((file) =>
      /\b(config|settings)\.(webhooks|mqtt)\b|\b(webhooks|mqtt)\s*\|\|/.test(
        readFileSync(join(root, file), 'utf8'),
      ),
    );
  expect(asking.sort()).toEqual([]);
});
