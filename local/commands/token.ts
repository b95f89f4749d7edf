/**
 * Command: makes, lists and withdraws the named tokens of API_TOKENS_FILE.
 * usage: npm run token -- add NAME ROLE | list | remove NAME
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigError } from '../../lib/config.ts';
import { isRole, roles } from '../../lib/contract/role.ts';
import { loadConfig } from '../../lib/load-config.ts';
import { nameFault, parseTokenFile, tokenLine } from '../../lib/service/tokens.ts';
import { runCommand } from '../command.ts';

const usage = `usage: npm run token -- add NAME ROLE | list | remove NAME
roles, from the least on: ${roles.join(', ')}`;

function tokenFilePath(): string {
  const path = loadConfig().tokensFile;
  if (path === undefined) {
    throw new ConfigError('Set API_TOKENS_FILE to the file of the tokens first, such as ./tokens.txt.');
  }
  return path;
}

/** @throws ConfigError when a line is not understood: what is added to it would not be read. */
function readFile(path: string) {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const { tokens, faults } = parseTokenFile(text);
  if (faults.length > 0) throw new ConfigError(faults.map((fault) => `${path}, ${fault}.`).join('\n'));
  return { text, tokens };
}

/** Replaces the file in one step: a server that reads it meanwhile sees the one or the other. */
async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  try {
    await writeFile(temporary, text, { mode: 0o600, flush: true });
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    // A file that is mounted into a container can't be replaced.
    if (!(error instanceof Error && 'code' in error && error.code === 'EBUSY')) throw error;
    await writeFile(path, text, { flush: true });
  }
}

async function add(name = '', role = ''): Promise<void> {
  const path = tokenFilePath();
  const fault = nameFault(name);
  if (fault !== undefined) throw new ConfigError(`${fault[0]?.toUpperCase()}${fault.slice(1)}.\n${usage}`);
  if (!isRole(role)) throw new ConfigError(`The role is one of ${roles.join(', ')}.\n${usage}`);
  const { text, tokens } = readFile(path);
  if (tokens.some(({ actor }) => actor.name.toLowerCase() === name.toLowerCase())) {
    throw new ConfigError(`There is a token of the name ${name}. Remove it first, or take another name.`);
  }
  const token = randomBytes(32).toString('base64url');
  const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  await replaceFile(path, `${before}${tokenLine(name, role, token)}\n`);
  console.error(`The token of ${name}, with the role ${role}. It is shown this once:`);
  console.log(token);
}

function list(): void {
  for (const { actor } of readFile(tokenFilePath()).tokens) console.log(`${actor.name}\t${actor.role}`);
}

async function remove(name = ''): Promise<void> {
  const path = tokenFilePath();
  const { text, tokens } = readFile(path);
  const found = tokens.find(({ actor }) => actor.name === name);
  if (!found) throw new ConfigError(`There is no token of the name ${name}.`);
  const isOther = (line: string) => parseTokenFile(line).tokens[0]?.actor.name !== name;
  await replaceFile(path, text.split('\n').filter(isOther).join('\n'));
  console.error(`The token of ${name} counts no more, within a second in a service that runs.`);
}

await runCommand(async () => {
  const [command, ...words] = process.argv.slice(2);
  if (command === 'add' && words.length === 2) await add(...words);
  else if (command === 'list' && words.length === 0) list();
  else if (command === 'remove' && words.length === 1) await remove(...words);
  else throw new ConfigError(usage);
});
