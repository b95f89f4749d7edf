import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';

/** Letter about an upload that could not be indexed, which names nobody. */
export const DeadLetter = z.object({ upload: z.string().regex(/^[0-9a-f]{16}$/) });

/** Queue of the uploads that were given up, until somebody has mended the cause. */
export interface DeadLetters {
  /**
   * Adds an upload by its id.
   * @throws the SDK's errors
   */
  add(upload: string): Promise<void>;
}

/** Opens such a queue of SQS. The client's endpoint and credentials come from the environment. */
export function openDeadLetters(region: string, url: string): DeadLetters {
  const client = new SQSClient({ region });
  return {
    async add(upload) {
      const letter: z.infer<typeof DeadLetter> = { upload };
      await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify(letter) }));
    },
  };
}
