import { ChildProcess } from 'node:child_process';
import { Server } from 'node:net';

/** Keeps unit tests small: a test that starts a process or opens a port belongs elsewhere. */

function refuse(what: string) {
  return (): never => {
    throw new Error(`A unit test ${what}. See the projects in vitest.config.ts.`);
  };
}

// The types of Node leave out the method that spawn and fork both call.
Object.assign(ChildProcess.prototype, { spawn: refuse('starts a process') });
Server.prototype.listen = refuse('opens a port');
