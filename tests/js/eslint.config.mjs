// What is asked of support code and of emitted modules: no undefined, unused, shadowed or needless names.

import js from '@eslint/js';

const globals = [
  'WebAssembly', 'TextDecoder', 'TextEncoder', 'FinalizationRegistry', 'URL', 'fetch', 'atob', 'console', 'process',
];

export default [
  js.configs.recommended,
  {
    languageOptions: {
      ecmaVersion: 2025,
      sourceType: 'module',
      globals: Object.fromEntries(globals.map((name) => [name, 'readonly'])),
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always'],
      'no-shadow': 'error',
      'no-unused-vars': ['error', { args: 'after-used', caughtErrors: 'all' }],
      'no-var': 'error',
      'no-useless-rename': 'error',
      'no-else-return': 'error',
    },
  },
];
