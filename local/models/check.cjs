/** Tells in one line what to do where the packages that make the models and the console are missing. */
try {
  for (const name of ['node', 'pacote', 'vite']) require.resolve(`${name}/package.json`);
} catch {
  console.error(
    'The installation makes the models and the console with development dependencies. Run: npm ci --include=dev',
  );
  process.exit(1);
}
