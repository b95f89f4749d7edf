/**
 * Command: measures. Without a name, this machine's speed.
 * usage: npm run bench [-- speed | cold-start | load | search | crowd]
 */
const benchmarks = ['speed', 'cold-start', 'load', 'search', 'crowd'];
const [name = 'speed'] = process.argv.slice(2);
if (!benchmarks.includes(name)) {
  console.error(`There is no benchmark '${name}': ${benchmarks.join(', ')}.`);
  process.exit(1);
}
await import(`./${name}.ts`);
