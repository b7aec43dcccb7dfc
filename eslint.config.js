import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      '**/generated/**',
      'plugin/bin/**',
      '/dist/**',
      'coverage/**',
      'reports/**',
      '.cache/**',
      '.stryker-tmp/**',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      // `const { dropped: _, ...rest } = record` is how a field is left out.
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // A function that must fit an async port may have nothing to await yet.
      '@typescript-eslint/require-await': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Use named exports.' },
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: 'Take a Clock (src/support/clock.ts) instead of reading the time.',
        },
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'Take a Clock (src/support/clock.ts) instead of reading the time.',
        },
      ],
    },
  },
  {
    files: ['*.config.ts', '*.config.js', '*.config.cjs', '.dependency-cruiser.cjs'],
    ...tseslint.configs.disableTypeChecked,
  },
  { files: ['*.config.ts', '*.config.js', '.dependency-cruiser.cjs'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['test/**', 'dev/**', 'bench/**', 'src/support/clock.ts'],
    rules: {
      'no-restricted-syntax': ['error', { selector: 'ExportDefaultDeclaration', message: 'Use named exports.' }],
    },
  },
);
