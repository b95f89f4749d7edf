import { aws } from './deployments.ts';
import { mergeSuite, useMerges } from './merge-suite.ts';

// The stores pass the same suites as those of one machine, so that one crash after each method is enough.
mergeSuite(useMerges(aws), 'first by each method');
