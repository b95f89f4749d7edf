import { crashSuite } from './crash-suite.ts';
import { deepface } from './deployments.ts';

crashSuite(deepface, 'all');
