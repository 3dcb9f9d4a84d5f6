/**
 * Tests: small ones beside their source (src/…/x.test.ts), those that span folders in test/.
 * Forked processes, because the native device maps executable memory and starts threads of its own; two at a time,
 * because each of those tests wants cores for itself.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = fileURLToPath(new URL('./src', import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^fathom$/, replacement: `${source}/index.ts` },
      { find: /^fathom\/(.+)$/, replacement: `${source}/$1/index.ts` },
    ],
  },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    typecheck: { enabled: false },
  },
});
