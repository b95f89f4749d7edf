#!/usr/bin/env node
/**
 * Command of the package: starts the emulator of Rekognition in whatever folder it is called, with the Node
 * that the package pins. It is not TypeScript, so that an older Node starts it too.
 */
const { spawn } = require('node:child_process');
const { join } = require('node:path');

let node;
try {
  node = join(require.resolve('node/package.json'), '../bin/node');
} catch {
  // A container has no development dependencies, but the right Node.
  node = process.execPath;
}
const emulator = spawn(node, ['--max-semi-space-size=8', join(__dirname, 'main.ts')], {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: { ...process.env, MALLOC_ARENA_MAX: '2' },
});
// A terminal's Ctrl-C reaches both. Others, such as a test runner, end this process alone. Where nothing can
// be passed on, the emulator sees the channel to this process close.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => emulator.kill(signal));
emulator.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGTERM' || signal === 'SIGINT' ? 0 : 1);
});
