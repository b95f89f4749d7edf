import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const schemasOfClients = /@aws-sdk[\\/]client-[a-z0-9-]+[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/;
const schema = /^((?:export )?(?:var|const) [\w$]+ = )(\[.*)$/;

/**
 * Lets esbuild leave out the shapes of operations that no function uses. The SDK's files of shapes have keys
 * that are computed, so esbuild can't know that nothing happens when they are made. Those of S3's operations
 * are a tenth of a bundle.
 */
export const pureSchemas: Plugin = {
  name: 'pure-schemas',
  setup(build) {
    build.onLoad({ filter: schemasOfClients }, async ({ path }) => ({
      contents: withPureSchemas(await readFile(path, 'utf8')),
    }));
  },
};

/** Marks each shape of a file as something that may be left out if nobody uses it. */
export function withPureSchemas(source: string): string {
  let isOpen = false;
  const lines = source.split('\n').map((line) => {
    const [, declaration, value] = (isOpen ? undefined : schema.exec(line)) ?? [];
    let text = line;
    if (declaration !== undefined) {
      text = `${declaration}/* @__PURE__ */ (() => (${value}`;
      isOpen = true;
    }
    if (!isOpen || !text.endsWith(';')) return text;
    isOpen = false;
    return `${text.slice(0, -1)}))();`;
  });
  return lines.join('\n');
}
