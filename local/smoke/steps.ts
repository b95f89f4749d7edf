import { type Answer, type Call, type Connection, expectedOf, jsonOf } from './connection.ts';

/** A line of the report. */
export interface Step {
  readonly operation: string;
  readonly what: string;
  /** Statuses that are as they should be; none if no answer was waited for. */
  readonly expected: readonly number[];
  readonly status: number | undefined;
  readonly ms: number | undefined;
  /** True where anybody was let in, at a service of this machine that asks nobody who they are. */
  readonly isOpen?: boolean;
  /** True for a part that the service does not have, and need not have. */
  readonly isAbsent?: boolean;
  /** Reasons why it is not as it should be; none if it is. */
  readonly faults: readonly string[];
}

/** Records the steps of a journey, each with what was expected of it. */
export class StepRecorder {
  readonly steps: Step[] = [];
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Calls an operation, and notes its answer. */
  async call(what: string, call: Call): Promise<Answer> {
    const answer = await this.#connection.call(call);
    const expected = expectedOf(call);
    const { status, ms, faults } = answer;
    this.note({ operation: call.operation, what, expected, status, ms, faults });
    return answer;
  }

  /**
   * Calls an operation, and reads its answer.
   * @throws Error when the answer is none that could be gone on with
   */
  async json<T>(what: string, call: Call): Promise<T> {
    const { bytes, faults } = await this.call(what, call);
    if (faults.length > 0) throw new Error(`${call.operation} failed, and the rest needs its answer.`);
    return jsonOf(bytes) as T;
  }

  /** Fetches a picture, also where a redirect leads to it. */
  async fetchPicture(what: string, call: Call): Promise<void> {
    const { headers, bytes } = await this.call(what, call);
    const location = headers.get('location');
    const picture = location === null ? bytes : await pictureAt(location);
    this.expect('be a picture', call.operation, isJpegOrPng(picture));
  }

  /** Notes a fault where something about the last answer is not so. */
  expect(what: string, operation: string, isSo: boolean): void {
    const last = this.steps.findLast((step) => step.operation === operation);
    if (isSo) return;
    this.note({
      ...{ operation, what, expected: last?.expected ?? [], status: last?.status, ms: undefined },
      faults: ['It was not so.'],
    });
  }

  note(step: Step): void {
    this.steps.push(step);
  }
}

const isJpegOrPng = (bytes: Buffer) => ['ffd8', '8950'].includes(bytes.subarray(0, 2).toString('hex'));

async function pictureAt(location: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(location)).arrayBuffer());
}
