import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** Reads a file of Swagger UI from its package. */
export function swaggerFile(name: string, encoding: 'utf8' | 'base64'): Promise<string> {
  return readFile(createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`), encoding);
}
