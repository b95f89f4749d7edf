import { defineConfig } from 'vite';

/** The console as static files: `vite build local/console` writes them to `local/console/dist`. */
export default defineConfig({
  root: import.meta.dirname,
  // Wherever the files are put, below whatever path.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy lets no file lie inside another.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
