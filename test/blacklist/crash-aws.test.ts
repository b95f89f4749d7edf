import { crashSuite } from './crash-suite.ts';
import { aws } from './deployments.ts';

// The stores pass the same suites as those of one machine, so that one crash after each method is enough.
// A killed process leaves nothing but them.
crashSuite(aws, 'first by each method');
