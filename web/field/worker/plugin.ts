import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { Plugin } from 'vite'

const SOURCE = fileURLToPath(new URL('./worker.js', import.meta.url))

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((name) => !name.startsWith('.vite/') && name !== 'worker.js')
    .sort()
}

/** Writes the start-up worker with the list of built files; a change in any file gives a new version. */
export function startupWorker(): Plugin {
  let outDir = ''
  return {
    name: 'onegrid-startup-worker',
    apply: 'build',
    configResolved(config) {
      outDir = config.build.outDir
    },
    closeBundle() {
      const names = filesBelow(outDir)
      const hash = createHash('sha256')
      for (const name of names) hash.update(name).update(readFileSync(join(outDir, name)))
      const paths = names.map((name) => (name === 'index.html' ? '/field/' : `/field/${name}`))
      const text = readFileSync(SOURCE, 'utf8')
        .replace('__VERSION__', hash.digest('hex').slice(0, 16))
        .replace('__FILES__', JSON.stringify(paths))
      writeFileSync(join(outDir, 'worker.js'), text)
    },
  }
}
