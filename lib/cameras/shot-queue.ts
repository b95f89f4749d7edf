import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { folderMode, ifPresent, temporaryPrefix, writeWhole } from '../files.ts';

/** Best view of somebody who passed, on its way to a service elsewhere. */
export interface QueuedShot {
  /** Id under which it is sent, however often. */
  readonly id: string;
  readonly camera: string;
  readonly track: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** JPEG, in base64. */
  readonly picture: string;
}

export interface ShotQueueLimits {
  /** Number of shots that wait at most; the oldest are dropped. */
  readonly count: number;
  /** Milliseconds that a shot waits at most. */
  readonly ageMs: number;
}

const suffix = '.shot';
const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Keeps shots on disk while the service can't be reached. They may be of people who match nobody. So each is
 * encrypted by the service's token, and goes when it is sent or too old.
 */
export class ShotQueue {
  readonly #folder: string;
  readonly #key: Buffer;
  readonly #limits: ShotQueueLimits;
  /** Number of shots that were given up since the start. */
  dropped = 0;

  constructor(folder: string, token: string, limits: ShotQueueLimits) {
    this.#folder = folder;
    this.#key = Buffer.from(hkdfSync('sha256', token, '', 'face-blacklist shots', 32));
    this.#limits = limits;
  }

  /**
   * Puts a shot among those that wait.
   * @throws Error of the file system
   */
  async put(shot: QueuedShot): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: folderMode });
    await writeWhole(this.#path(nameOf(shot)), this.#encrypted(shot));
    await this.prune();
  }

  /**
   * Returns the newest shot that waits; `undefined` if none does.
   * @throws Error of the file system
   */
  async newest(): Promise<QueuedShot | undefined> {
    for (const name of (await this.prune()).toReversed()) {
      const bytes = await ifPresent(readFile(this.#path(name)));
      const shot = bytes && this.#decrypted(bytes);
      if (shot) return shot;
      // It is damaged, or of another token.
      if (bytes) await this.#drop(name);
    }
    return undefined;
  }

  /** Takes a shot out: it was sent, or never can be. */
  async remove(shot: QueuedShot): Promise<void> {
    await ifPresent(unlink(this.#path(nameOf(shot))));
  }

  /** Drops what is too old or too much. Returns the names of what is left, the oldest first. */
  async prune(now = Date.now()): Promise<string[]> {
    const all = (await ifPresent(readdir(this.#folder))) ?? [];
    // A process that was killed may have left a part of one.
    for (const name of all.filter((one) => one.startsWith(temporaryPrefix)))
      await ifPresent(unlink(this.#path(name)));
    const names = all.filter((name) => name.endsWith(suffix)).sort();
    const { count, ageMs } = this.#limits;
    const stale = names.filter((name, at) => now - timeOf(name) > ageMs || names.length - at > count);
    for (const name of stale) await this.#drop(name);
    return names.filter((name) => !stale.includes(name));
  }

  async #drop(name: string): Promise<void> {
    this.dropped++;
    await ifPresent(unlink(this.#path(name)));
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  #encrypted(shot: QueuedShot): Buffer {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, this.#key, nonce, { authTagLength: tagBytes });
    const text = Buffer.concat([cipher.update(JSON.stringify(shot), 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), text]);
  }

  #decrypted(bytes: Buffer): QueuedShot | undefined {
    try {
      const nonce = bytes.subarray(0, nonceBytes);
      const tag = bytes.subarray(nonceBytes, nonceBytes + tagBytes);
      const decipher = createDecipheriv(algorithm, this.#key, nonce, { authTagLength: tagBytes }).setAuthTag(
        tag,
      );
      const text = [decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()];
      return JSON.parse(Buffer.concat(text).toString('utf8')) as QueuedShot;
    } catch {
      return undefined;
    }
  }
}

function nameOf({ at, id }: QueuedShot): string {
  return `${String(at).padStart(15, '0')}-${id}${suffix}`;
}

function timeOf(name: string): number {
  return Number.parseInt(name, 10) || 0;
}
