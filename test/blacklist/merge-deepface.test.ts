import { deepface } from './deployments.ts';
import { mergeSuite } from './merge-suite.ts';

mergeSuite(deepface);
