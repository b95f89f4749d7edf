import { aws } from './deployments.ts';
import { mergeSuite } from './merge-suite.ts';

mergeSuite(aws);
