import './style/base.css'
import '@shared/fresh-start'

import { createApp } from 'vue'

import { languages, start } from './app'
import App from './App.vue'
import { router } from './router'
import { textSize, useTextSize } from './text-size'

async function open(): Promise<void> {
  useTextSize(textSize.value)
  await languages.start()
  createApp(App).use(languages.i18n).use(router).mount('#app')
  await start()
}

void open()
