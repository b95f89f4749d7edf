/**
 * Command: brings back the dead letters of the AWS mode, once the cause is mended.
 * usage: npm run redrive [-- inbox | matches]
 */
import { batches } from '../../lib/batches.ts';
import { ConfigError } from '../../lib/config.ts';
import { openEventBus } from '../../lib/events/event-bridge.ts';
import { type Period, pastEvents } from '../../lib/records/dynamodb/past-events.ts';
import { runCommand } from '../command.ts';
import { DeadLetters } from '../redrive/dead-letters.ts';
import { periodOf } from '../redrive/match-letter.ts';

const usage = 'usage: npm run redrive [-- inbox | matches]';

const queues = {
  inbox: { setting: 'INBOX_DEAD_LETTERS_URL', output: 'InboxDeadLettersUrl' },
  matches: { setting: 'MATCH_DEAD_LETTERS_URL', output: 'MatchDeadLettersUrl' },
} as const;

/** @throws ConfigError naming the variable, when it is not set */
function variable(name: string, isWhat: string): string {
  const value = process.env[name];
  if (!value) throw new ConfigError(`Set ${name} to ${isWhat}, see docs/aws.md#dead-letters.`);
  return value;
}

const region = () => variable('AWS_REGION', 'the region of the stack');
const tableName = () => variable('DYNAMODB_TABLE_NAME', 'the output TableName of the stack');

function open(name: keyof typeof queues): DeadLetters {
  const { setting, output } = queues[name];
  const url = variable(setting, `the output ${output} of the stack`);
  return new DeadLetters({ region: region(), url });
}

async function tell(): Promise<void> {
  for (const name of ['inbox', 'matches'] as const) {
    const letters = open(name);
    const count = await letters.count().finally(() => letters.close());
    console.log(`${name}: ${count}${count > 0 ? `, brought back by npm run redrive -- ${name}` : ''}`);
  }
}

/**
 * Sends the letters to the queue of the inbox, whose function finds their pictures there. Letters of earlier
 * versions have the event of S3.
 */
async function redriveInbox(): Promise<void> {
  const url = variable('INBOX_QUEUE_URL', 'the output InboxQueueUrl of the stack');
  const queue = open('inbox');
  let count = 0;
  try {
    for await (const letter of queue.letters()) {
      await queue.giveBack(letter.body, url);
      await letter.remove();
      count += 1;
    }
  } finally {
    queue.close();
  }
  console.log(`inbox: ${count > 0 ? `${count} given back` : 'nothing to bring back'}`);
}

/** Publishes the events of a time. Returns how many were taken, and how many were not. */
async function publish(period: Period): Promise<{ published: number; failed: number }> {
  const place = { region: region(), tableName: tableName() };
  const target = openEventBus(place);
  const counts = { published: 0, failed: 0 };
  for await (const events of batches(pastEvents(place, period), target.most.events)) {
    const attempts = await target.send(events);
    const published = attempts.filter(({ outcome }) => outcome === 'delivered').length;
    counts.published += published;
    counts.failed += events.length - published;
  }
  return counts;
}

/** Takes a letter out of its queue only when all of its time is published. */
async function redriveMatches(): Promise<void> {
  const queue = open('matches');
  const counts = { letters: 0, published: 0, failed: 0, strange: 0 };
  try {
    for await (const letter of queue.letters()) {
      const period = periodOf(letter.body);
      if (period === undefined) {
        counts.strange += 1;
        continue;
      }
      const { published, failed } = await publish(period);
      counts.published += published;
      counts.failed += failed;
      if (failed > 0) continue;
      counts.letters += 1;
      await letter.remove();
    }
  } finally {
    queue.close();
  }
  console.log(`matches: ${counts.published} events published, for ${counts.letters} letters`);
  if (counts.failed > 0) console.error(`${counts.failed} events were not taken; their letters stay.`);
  if (counts.strange > 0) console.error(`${counts.strange} letters are of no stream; they stay.`);
  if (counts.failed + counts.strange > 0) process.exitCode = 1;
}

await runCommand(async () => {
  const [name, ...others] = process.argv.slice(2);
  if (others.length > 0) throw new ConfigError(usage);
  if (name === undefined) await tell();
  else if (name === 'inbox') await redriveInbox();
  else if (name === 'matches') await redriveMatches();
  else throw new ConfigError(usage);
});
