/**
 * Command: imports a bundled function in this process and lets it answer one event. It prints how long each
 * took, as JSON.
 *
 * usage: node bench/service/import-bundle.ts BUNDLE [EVENT]
 */
const [bundle = '', event] = process.argv.slice(2);

const started = performance.now();
const { handler } = await import(bundle);
const importMs = performance.now() - started;
const answer = event === undefined ? undefined : await handler(JSON.parse(event), {});
const answerMs = performance.now() - started;
// Connections that are kept alive would keep the process running.
process.stdout.write(JSON.stringify({ importMs, answerMs, status: answer?.statusCode }), () =>
  process.exit(),
);
