import { defineConfig } from 'vite'

import { startupWorker } from './field/worker/plugin.ts'
import { appConfig } from './vite.common.ts'

export default defineConfig(appConfig('field', [startupWorker()]))
