import './style/base.css'
import '@shared/fresh-start'

import { createApp } from 'vue'

import { languages, start, watchSurroundings } from './app'
import App from './App.vue'
import { startAppearance } from './appearance'
import { readAllPages, router } from './router'

startAppearance()

async function open(): Promise<void> {
  await languages.start()
  createApp(App).use(languages.i18n).use(router).mount('#app')
  await start()
  watchSurroundings()
  await readAllPages()
  await languages.readAll()
}

void open()

if ('serviceWorker' in navigator && import.meta.env.PROD) {
  // A web view that refuses it only loses the start without network.
  navigator.serviceWorker.register('/field/worker.js', { scope: '/field/' }).catch(() => undefined)
}
