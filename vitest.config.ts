import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest. They start first, so that none of them runs alone at the end. */
const longest = [
  'console/desk',
  'console/watch',
  'console/guard',
  'api/cloud-http',
  'api/http',
  'records/dynamodb/faults',
  'local/commands/smoke',
  'faces/engine/engine',
  'inbox/cloud',
  'blacklist/look-back',
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

/** Finds a folder in memory, where there is room, for what tests write: on a disk each change waits. */
function workFolder(): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize >= 4 * 2 ** 30 ? '/dev/shm' : tmpdir();
  } catch {
    return tmpdir();
  }
}

const testFiles = (...names: string[]) => names.map((name) => `test/${name}.test.ts`);

/** Files that start no process and open no port; `test/set-up/unit.ts` makes sure of that. */
const unit = testFiles(
  'answers/answer-once',
  'bench/{lfw,measures}',
  'blacklist/{add-images,create-entry,delete-entry,export-entry,merge-entries}',
  'blacklist/{possible-duplicates,sweep,unlike-pictures}',
  'cameras/{decide,judge,motion,networks,passages,print,reading,regions,settings,tracks}',
  '{bytes-in-turns,comments,config,deadline,env-file,errors,old-settings,once-in,sdk-client,system-names}',
  'console/{clock,compare-words,csv,door-verdict,import-plan,recent-pictures,service-words,texts}',
  'contract/{api,hostile-text,merged-fields,moment}',
  'erasure/*',
  'events/match-event',
  'faces/{fake,thresholds}',
  'faces/engine/detect/quality',
  'faces/engine/{geometry,models}/*',
  'faces/engine/search/{match-defaults,threshold-limits}',
  'faces/rekognition/rate-limit',
  'http/{form-text,repeated-keys,unknown-fields}',
  'inbox/{index-upload,queue}',
  'inputs/{base64,decode,picture-slots,public-address}',
  'local/commands/{person-folders,printable}',
  'local/import/*',
  'local/emulators/rekognition/{face-detail,face-index,quality,recent-results,similarity}',
  'local/server/{body-budget,request-place,router}',
  'metrics/recent-pictures',
  'names/search-text',
  'people/*',
  'processing/*',
  'records/shared/*',
  'records/sqlite/{migrations,outbox}',
  'service/{actor,each-part,limited-status,recent-events,reviews,warnings}',
  'uploads/create-upload',
);

/** Adapters and their foundations: stores, services and the emulators. */
const adapters = testFiles(
  'events/{publish-matches,webhook}',
  'faces/**/*',
  'images/*',
  'inbox/{folder,s3}',
  'inputs/*',
  'local/emulators/**/*',
  'records/**/*',
  'uploads/*',
);

/** Files of the face engine, which run each of its networks. */
const engine = testFiles('faces/engine/**/*');

/**
 * Those of the adapters and of the hosts that leave nothing behind in their process: no setting, no clock, no
 * listener, nothing that is counted. They are short, and loading the modules would take as long as the tests.
 */
const light = testFiles(
  'bench/report',
  'contract/openapi',
  'docs/{documents,privacy,roles,settings-page}',
  'events/webhook',
  'faces/engine/{crowd,sharing}',
  'faces/engine/onnx/*',
  'faces/engine/search/{entry-search,kept-faces,model-gallery,search}',
  'images/{filesystem,kept-smaller,key,own-folders}',
  'imports',
  'inputs/{file-end,local-path,metadata,read,url-network,url-networks}',
  'local/container',
  'local/emulators/gate/*',
  'local/emulators/rekognition/{collections,database,faces,faults,protocol,stateless,users}',
  'local/emulators/user-pool/*',
  'local/server/{access,authorizer,compression,event,event-stream,failed-tokens,manners,turns,uploads}',
  'metrics/source-labels',
  'records/sqlite/{audit,enrolled-images,face-codes,kept-answers,records}',
  'writable-folder',
);

/** The stack, its templates and its bundles. No file changes what another finds. */
const infra = testFiles('infra/*');

const services = ['test/set-up/services.ts', 'test/set-up/network-answers.ts'];

/** Has all programs of a run ask a network once for the same input. */
const onceForEachInput = `--import=${join(import.meta.dirname, 'test/set-up/networks/preload.ts')}`;
const sharedAnswers = { execArgv: [onceForEachInput], env: { NODE_OPTIONS: onceForEachInput } };

export default defineConfig({
  test: {
    // The engine's tests start workers of their own, and the AWS mode's tests mostly wait, so four at once
    // are enough.
    maxWorkers: 4,
    // Node loads the TypeScript by itself, with a tenth less work. No test replaces a module.
    experimental: { viteModuleRunner: false },
    sequence: { sequencer: LongestFirst },
    // Shared machines stall, and are sometimes less than half as fast.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    env: {
      LOG_LEVEL: 'silent',
      TMPDIR: workFolder(),
      // The CDK's own rules for templates take seconds, and `cdk synth` checks them anyway.
      CDK_VALIDATION: 'false',
      // Programs that tests start compile once what they share.
      NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compiled'),
    },
    coverage: {
      provider: 'v8',
      include: ['{functions,infra,lib,local}/**/*.ts'],
      reporter: ['text-summary', 'html'],
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: unit,
          testTimeout: 5_000,
          setupFiles: ['test/set-up/unit.ts'],
          // Loading the same modules again for each file would take longer than the tests.
          isolate: false,
          pool: 'threads',
        },
      },
      {
        extends: true,
        test: {
          ...sharedAnswers,
          name: 'adapters',
          // Each file opens what it needs under names of its own.
          isolate: false,
          include: adapters,
          exclude: [...unit, ...light, ...engine],
          globalSetup: services,
        },
      },
      {
        extends: true,
        test: {
          name: 'engine',
          isolate: false,
          include: engine,
          exclude: [...unit, ...light],
          globalSetup: services,
        },
      },
      {
        extends: true,
        test: {
          name: 'light',
          include: light,
          exclude: unit,
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'infra',
          include: infra,
          // The CDK takes seconds to load, and each synthesized template a second.
          isolate: false,
        },
      },
      // Every other file: processes, the cloud, crashes, the browser.
      {
        extends: true,
        test: {
          ...sharedAnswers,
          name: 'hosts',
          include: ['test/**/*.test.ts'],
          exclude: [...unit, ...adapters, ...light, ...infra],
          globalSetup: services,
        },
      },
    ],
  },
});
