import js from '@eslint/js'
import vue from 'eslint-plugin-vue'
import globals from 'globals'
import ts from 'typescript-eslint'

export default ts.config(
  { ignores: ['dist/**', 'node_modules/**'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...vue.configs['flat/recommended'],
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      complexity: ['error', 8],
      'max-lines': ['error', 300],
      'max-statements': ['error', 30],
      'no-console': 'error',
      eqeqeq: 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: {
      // v-html with server text would be a way in for foreign markup.
      'vue/no-v-html': 'error',
      // The policy `style-src 'self'` refuses style attributes.
      'vue/no-static-inline-styles': 'error',
      'vue/multi-word-component-names': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      // The compiler reports undefined names better than this rule does in TypeScript.
      'no-undef': 'off',
    },
  },
  { files: ['field/worker/worker.js'], languageOptions: { globals: globals.serviceworker } },
  {
    // The stand-in server is one table of small branches; it is read beside a failing test, not reused.
    files: ['tests/**'],
    rules: {
      complexity: 'off',
      'max-lines': ['error', 500],
      'max-statements': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
    },
  },
  { files: ['scripts/**', 'tests/mock/serve.mjs'], rules: { 'no-console': 'off' } },
)
