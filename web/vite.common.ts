import { fileURLToPath } from 'node:url'

import vue from '@vitejs/plugin-vue'
import type { Plugin, UserConfig } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** The build settings that the phone app, the desk app and the page of the API document have in common. */
export function appConfig(name: 'field' | 'desk' | 'api', plugins: Plugin[] = []): UserConfig {
  return {
    root: here(`./${name}`),
    base: `/${name}/`,
    plugins: [vue(), ...plugins],
    resolve: { alias: { '@shared': here('./shared') } },
    define: {
      // vue-i18n reads these at build time; without them it keeps code for an API we do not use.
      __VUE_I18N_LEGACY_API__: 'false',
      __VUE_I18N_FULL_INSTALL__: 'false',
      __INTLIFY_PROD_DEVTOOLS__: 'false',
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    build: {
      outDir: here(`./dist/${name}`),
      emptyOutDir: true,
      // Phones of grid workers are old: web views on Android lag behind; iOS has <dialog> from 15.4 on.
      target: name === 'field' ? ['chrome87', 'safari15.4'] : ['chrome100', 'safari15.4'],
      // A data: URL would need its own word in the Content-Security-Policy.
      assetsInlineLimit: 0,
      // The polyfill is an inline script, and the policy allows none.
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 2000,
    },
    server: {
      proxy: Object.fromEntries(
        ['/identity', '/registry', '/tasks', '/admission', '/.well-known', '/openapi.json'].map((prefix) => [
          prefix,
          process.env['ONEGRID_API'] ?? 'http://127.0.0.1:8000',
        ]),
      ),
    },
  }
}
