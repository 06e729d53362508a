import { brotliCompressSync, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Few files, so that none waits for a connection: the more particular first. */
const chunks = [
  // The forms of the server's answers, which no page checks.
  {
    name: 'reply-schemas',
    test: /\/(protocol\/src\/(?!index|limits|answer-text)|node_modules\/zod\/)/,
    includeDependenciesRecursively: false,
  },
  // What every page begins with.
  { name: 'index', tags: ['$initial' as const] },
  // What knows of recordings, and is asked by the pages.
  { name: 'recordings', test: /\/src\/recording\/(recording-session|discard-button)\.tsx?$/ },
  // What is loaded once the first view is on the screen.
  { name: 'live', test: /\/src\/(app\/open-uploads|meeting\/live-transcript)\.ts$/ },
];

export default defineConfig({
  plugins: [react(), precompress()],
  build: {
    target: 'es2022',
    // The server reads which scripts a page needs, and tells the browser with the page.
    manifest: true,
    // Inlined assets would be data: URLs, which the content security policy does not allow.
    assetsInlineLimit: 0,
    // The pages are few and small: one round trip for styles is quicker than one for each lazy page.
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Our packages do nothing at import. Saying so drops the schemas (and their library) that only the server uses.
      treeshake: { moduleSideEffects: [{ test: /\/packages\/(protocol|client)\/src\//, sideEffects: false }] },
      output: { codeSplitting: { groups: chunks } },
    },
  },
  server: { proxy: devProxy(process.env['HANSARD_URL'] ?? 'http://127.0.0.1:4700') },
});

/** `npm run dev` shows the pages of a server that runs beside it. */
function devProxy(target: string) {
  const toServer = { target, changeOrigin: true, headers: { origin: target } };
  return { '/api': toServer, '/socket.io': { ...toServer, ws: true } };
}

const leastBytesToCompress = 1024;

/** Writes `.br` and `.gz` beside each text file, so that the server compresses nothing at run time. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const [fileName, file] of Object.entries(bundle)) {
          const source = Buffer.from(file.type === 'chunk' ? file.code : file.source);
          if (source.length < leastBytesToCompress || !/\.(js|css|html|svg)$/.test(fileName)) continue;
          this.emitFile({ type: 'asset', fileName: `${fileName}.br`, source: brotliCompressSync(source) });
          this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source: gzipSync(source, { level: 9 }) });
        }
      },
    },
  };
}
