import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// While pages are worked on, everything but them comes from a server that runs: MEDIARY=http://127.0.0.1:8001.
const server = process.env.MEDIARY ?? 'http://127.0.0.1:8001';
const passed = Object.fromEntries(['/api', '/v1', '/v1beta', '/v2', '/content', '/livez', '/readyz', '/health', '/metrics', '/openapi.json', '/docs'].map(
  (path) => [path, { target: server, changeOrigin: false }],
));

export default defineConfig({
  base: '/dashboard/',
  plugins: [svelte()],
  build: {
    outDir: 'dist',
    emptyOutDir: false, // build/pack.mjs empties it, but for the file that keeps the folder
    assetsInlineLimit: 0, // the policy of the page takes nothing from inside it
    modulePreload: { polyfill: false },
    target: 'es2022',
    reportCompressedSize: false,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  server: { host: '127.0.0.1', proxy: passed },
});
