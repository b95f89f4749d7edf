import { crashSuite } from './crash-suite.ts';
import { aws } from './deployments.ts';

crashSuite(aws);
