import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Shared machines stall for seconds.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The engine's tests start workers of their own, and those of the AWS mode spend much of their time waiting.
    maxWorkers: 3,
    env: { LOG_LEVEL: 'silent' },
    coverage: {
      provider: 'v8',
      include: ['{functions,infra,lib,local}/**/*.ts'],
      reporter: ['text-summary', 'html'],
    },
  },
});
