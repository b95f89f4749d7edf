import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest begins first, so that none of it is left to run alone at the end. */
const longest = [
  'console/console',
  'api/http',
  'api/cloud-http',
  'blacklist/crash-deepface',
  'blacklist/crash-aws',
  'records/dynamodb/faults',
  'records/dynamodb/records',
].map((name) => `/test/${name}.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const index = longest.findIndex((name) => moduleId.endsWith(name));
      return index === -1 ? longest.length : index;
    };
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Shared machines stall, and are at times less than half as fast.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // The engine's tests start workers of their own, and those of the AWS mode spend much of their time waiting.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // The CDK's own rules for templates take seconds; `cdk synth` goes by them.
    env: { LOG_LEVEL: 'silent', CDK_VALIDATION: 'false' },
    coverage: {
      provider: 'v8',
      include: ['{functions,infra,lib,local}/**/*.ts'],
      reporter: ['text-summary', 'html'],
    },
  },
});
