/**
 * Process for the tests: does one operation with the settings of its environment, and kills itself at one
 * moment of it.
 */
import { readFile } from 'node:fs/promises';
import { parseConfig } from '../../lib/config.ts';
import { ports } from '../../lib/wiring/open.ts';
import { crashing, type Operation, operations } from './crashing.ts';

const [operation, moment = '', listed = '', other = ''] = process.argv.slice(2);
const portraits = { listed: await readFile(listed), other: await readFile(other) };
const opened = await ports(parseConfig(process.env));
const killed = crashing(opened, moment, () => process.kill(process.pid, 'SIGKILL'));
await operations[operation as Operation](killed.ports, portraits);
