import { afterAll, beforeAll, describe } from 'vitest';
import { addingSuite } from './api/adding.ts';
import { ApiClient, type ApiConnection } from './api/client.ts';
import { deletingSuite } from './api/deleting.ts';
import { detectionSuite } from './api/detection.ts';
import { duplicatesSuite } from './api/duplicates.ts';
import { endingSuite } from './api/ending.ts';
import { entryPagesSuite } from './api/entry-pages.ts';
import { eventsSuite } from './api/events.ts';
import { exportSuite } from './api/export.ts';
import { filtersSuite } from './api/filters.ts';
import { keptSuite } from './api/kept.ts';
import { listingSuite } from './api/listing.ts';
import { matchingSuite } from './api/matching.ts';
import { mergingSuite } from './api/merging.ts';
import { originsSuite } from './api/origins.ts';
import { overridesSuite } from './api/overrides.ts';
import { pagingSuite } from './api/paging.ts';
import { findPeople, type People } from './api/people.ts';
import { picturesSuite } from './api/pictures.ts';
import { processingSuite } from './api/processing.ts';
import { qualitySuite } from './api/quality.ts';
import { repeatingSuite } from './api/repeating.ts';
import { reviewsSuite } from './api/reviews.ts';
import { gatewaySuite, routesSuite } from './api/routes.ts';
import type { BackendTraits, KeptFiles } from './api/traits.ts';
import { uploadsSuite } from './api/uploads.ts';
import { verificationSuite } from './api/verification.ts';

/** Differences between the hosts of the API, with the reasons. */
export interface HostTraits {
  /** Access to the pictures that answers name; undefined if they lie on another machine or in a container. */
  readonly files?: KeptFiles;
  readonly backend: BackendTraits;
}

/** The subject of the suites, once it has started. */
export interface Tested {
  readonly api: ApiClient;
  readonly people: People;
  readonly backend: BackendTraits;
}

/**
 * Tests the API's promises, which are the same for every host. The store may already hold other entries and
 * pictures; everything that the tests make is deleted.
 */
export function apiSuite(name: string, connect: () => Promise<ApiConnection>, traits: HostTraits): void {
  describe(`the API on ${name}`, () => {
    let api: ApiClient | undefined;
    let tested: Tested;
    beforeAll(async () => {
      api = new ApiClient(await connect());
      tested = { api, people: await findPeople(), backend: traits.backend };
    });
    afterAll(() => api?.close());

    const get = () => tested;
    duplicatesSuite(get);
    verificationSuite(get);
    // The console is no endpoint: the host itself serves it, in front of the handlers.
    routesSuite(get, '/console/');
    listingSuite(get);
    addingSuite(get);
    repeatingSuite(get);
    qualitySuite(get);
    deletingSuite(get);
    mergingSuite(get);
    endingSuite(get);
    entryPagesSuite(get);
    matchingSuite(get);
    overridesSuite(get, traits.backend);
    picturesSuite(get);
    processingSuite(get);
    detectionSuite(get);
    pagingSuite(get);
    filtersSuite(get);
    reviewsSuite(get);
    eventsSuite(get);
    exportSuite(get);
    uploadsSuite(get);
    originsSuite(get);
    gatewaySuite(get);
    if (traits.files) keptSuite(get, traits.files);
  });
}
