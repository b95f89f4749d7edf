import { defineConfig } from 'vite';

/** The console as static files: `vite build local/console` writes them to `local/console/dist`. */
export default defineConfig({
  root: import.meta.dirname,
  // Links are relative, so the files can lie below any path.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy does not allow inline files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
