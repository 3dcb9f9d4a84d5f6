/**
 * Lint rules: typescript-eslint's `strict` set, plus the few type-aware rules that have caught real mistakes here.
 * `strictTypeChecked` was left out: it doubles the time and most of what it says about numeric code is noise.
 */
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Page and worker globals that read like forgotten local variables. The type library declares them all. */
const looseGlobals = ['name', 'event', 'self', 'close', 'origin', 'location', 'status', 'onmessage', 'postMessage'];

/** Globals that only Node has: a browser that loads the file would throw. */
const nodeGlobals = ['process', 'Buffer', 'global', 'require', 'module', '__dirname', '__filename', 'setImmediate'].map(
  (name) => ({
    name,
    message: 'Only Node has it. Ask through `globalThis`, or see "Where Node is allowed" in ARCHITECTURE.md.',
  }),
);

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', '**/golden/', '**/fixtures/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      // A `default` branch that ends in a "bug:" error counts as exhaustive only if every member is also listed.
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Off: under noUncheckedIndexedAccess `array[i]!` is how a hot loop says that i is in bounds, and it costs nothing.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Off for the same reason: it takes a checked index for an unnecessary condition.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // Off: `void | Promise<void>` is the honest type of a callback that may be asynchronous.
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description' }],
      'no-restricted-globals': ['error', ...looseGlobals],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
      eqeqeq: 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'examples/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name, so that one thing has one name everywhere.' },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['**/*.test.ts', '**/*.generate.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['src/**/*.ts'],
    ignores: [
      '**/*.test.ts',
      '**/*.generate.ts',
      'src/runtime/native/**',
      'src/io/files.ts',
      'src/data/node/**',
      'src/train/environment.ts',
      'src/train/process.ts',
    ],
    rules: { 'no-restricted-globals': ['error', ...looseGlobals, ...nodeGlobals] },
  },
);
