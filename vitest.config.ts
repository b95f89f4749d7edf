import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Shared machines stall for seconds.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The engine's tests each start workers of their own.
    maxWorkers: 2,
    env: { LOG_LEVEL: 'silent' },
    coverage: {
      provider: 'v8',
      include: ['{functions,lib,local}/**/*.ts'],
      reporter: ['text-summary', 'html'],
    },
  },
});
