import js from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import { browserFloors } from './eslint.browsers.mjs';
import { coreRooms } from './packages/core/eslint.rooms.mjs';
import { serverRooms } from './packages/server/eslint.rooms.mjs';
import { workerRooms } from './packages/worker/eslint.rooms.mjs';

/** A line has one statement, and a red test tells its number: nothing is written to save lines. */
const ONE_STATEMENT_A_LINE = [
  {
    selector:
      ':not(ExpressionStatement, ForStatement, ForStatement > SequenceExpression) > AssignmentExpression[operator!="??="]',
    message: 'An assignment is a statement of its own.',
  },
  {
    selector: ':matches(SpreadElement > :matches(ObjectExpression, ArrayExpression))',
    message: 'Write the members of a literal where they belong.',
  },
  {
    selector: [
      'CallExpression[callee.property.name=/^to(Equal|MatchObject|StrictEqual)$/]',
      '[callee.object.callee.name=expect]',
      '[callee.object.arguments.0.type=ArrayExpression]:not([callee.object.arguments.0.elements.0.type=SpreadElement])',
      '[arguments.0.type=ArrayExpression]',
    ].join(''),
    message: 'Write one expect() for each fact: a red test tells its number.',
  },
];

export default tseslint.config(
  { ignores: ['packages/*/dist/**', 'site/**', '**/node_modules/**', 'coverage/**', 'test/media/**/*.ts'] },
  js.configs.recommended,
  {
    rules: {
      'no-nested-ternary': 'error',
      'no-sequences': 'error',
      'no-restricted-syntax': ['error', ...ONE_STATEMENT_A_LINE],
    },
  },
  {
    files: ['**/*.ts'],
    // the rules that need types are those of oxlint: `.oxlintrc.json`
    extends: [tseslint.configs.strict, tseslint.configs.stylistic],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
    },
  },
  {
    files: ['examples/hosts/*.tsx'],
    extends: [tseslint.configs.strict],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['packages/cli/src/**/*.ts'],
    rules: {
      'no-console': 'off',
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(?:\\.\\./)+server/',
              message: 'The command line has what secure-token-server exports: import it by that name.',
            },
          ],
        },
      ],
    },
  },
  {
    // it runs in njs, which has no `catch` without a binding
    files: ['packages/server/nginx/*.js'],
    languageOptions: { globals: { Buffer: 'readonly', TextDecoder: 'readonly', secure_token_options: 'readonly' } },
    rules: { 'no-unused-vars': ['error', { caughtErrors: 'none' }] },
  },
  {
    files: ['packages/server/src/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'URL',
          property: 'canParse',
          message: 'It is wrong in a warm Node 20 and 22. Ask parsedUrl() instead.',
        },
      ],
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...ONE_STATEMENT_A_LINE,
        {
          selector: `:matches(${[
            'MethodDefinition[key.name=QUESTION]',
            'MethodDefinition[key.type=PrivateIdentifier][key.name=QUESTION]',
            'FunctionDeclaration[id.name=QUESTION]',
            'Property[method=true][key.name=QUESTION]',
            'Property[key.name=QUESTION] > ArrowFunctionExpression',
            'VariableDeclarator[id.name=QUESTION] > ArrowFunctionExpression',
          ]
            .join()
            .replaceAll('QUESTION', '/^(is|was|has)[A-Z]/')}) :matches(${[
            // one that is remembered is the same answer
            'AssignmentExpression[operator!="??="][left.type=MemberExpression]',
            'UpdateExpression[argument.type=MemberExpression]',
            'CallExpression[callee.property.name=/^(set|add|delete|push|clear|note[A-Z].*)$/]',
          ].join()})`,
          message: 'Whoever asks a question expects that nothing changes: name it by what it does.',
        },
      ],
    },
  },
  ...browserFloors,
  ...serverRooms,
  ...coreRooms,
  ...workerRooms,
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      'no-restricted-properties': [
        'error',
        {
          object: 'expect',
          property: 'poll',
          message: 'It does not find its test where several run at a time. Write vi.waitFor(() => expect(…)).',
        },
      ],
    },
  },
  { files: ['**/*.mjs'], languageOptions: { globals: globals.node } },
  { files: ['examples/**/*.js'], languageOptions: { globals: { ...globals.browser } } },
);
