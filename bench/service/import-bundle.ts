/**
 * Command: imports a bundled function in this process and lets it answer one event. It prints how long each
 * took, and the processor's time for the import, as JSON.
 *
 * usage: node bench/service/import-bundle.ts BUNDLE [EVENT]
 */
const [bundle = '', event] = process.argv.slice(2);

const started = performance.now();
const used = process.cpuUsage();
const { handler } = await import(bundle);
const importMs = performance.now() - started;
const { user, system } = process.cpuUsage(used);
const answer = event === undefined ? undefined : await handler(JSON.parse(event), {});
const answerMs = performance.now() - started;
// Connections that are kept alive would keep the process running.
process.stdout.write(
  JSON.stringify({ importMs, importCpuMs: (user + system) / 1000, answerMs, status: answer?.statusCode }),
  () => process.exit(),
);
