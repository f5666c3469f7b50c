// Measures what a phone loads before the first page can be used, and fails above the budget.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const LIMIT_KB = 150
const DIST = fileURLToPath(new URL('../dist/field', import.meta.url))

if (!existsSync(join(DIST, 'index.html'))) {
  console.error('dist/field is missing: run `npm run build` first')
  process.exit(2)
}

const sizeOf = (file) => gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length

/** A file and everything it imports before it can run. */
function closure(start) {
  const found = new Set()
  const waiting = [...start]
  while (waiting.length > 0) {
    const file = waiting.pop()
    if (found.has(file)) continue
    found.add(file)
    if (!file.endsWith('.js')) continue
    const text = readFileSync(join(DIST, file), 'utf8')
    for (const [, path] of text.matchAll(/(?:\bfrom|\bimport)\s*["'](\.[^"']+\.js)["']/g)) {
      waiting.push(normalize(join(dirname(file), path)))
    }
  }
  return found
}

const page = readFileSync(join(DIST, 'index.html'), 'utf8')
const linked = [...page.matchAll(/(?:src|href)="\/field\/([^"]+)"/g)].map(([, path]) => path)
const assets = readdirSync(join(DIST, 'assets'))
// The worst case of a first start: Korean words come on top of the built-in Chinese ones.
const korean = assets.filter((name) => /^ko-.*\.js$/.test(name)).map((name) => `assets/${name}`)

const first = closure(['index.html', ...linked, ...korean])
const all = closure(['index.html', ...linked, ...assets.map((name) => `assets/${name}`)])
const total = (files) => [...files].reduce((sum, file) => sum + sizeOf(file), 0)
const kb = (bytes) => (bytes / 1000).toFixed(1)

for (const file of [...first].sort()) console.log(`${kb(sizeOf(file)).padStart(8)} kB  ${file}`)
console.log(`first load ${kb(total(first))} kB gzip of ${LIMIT_KB} kB; all pages and languages ${kb(total(all))} kB`)
if (total(first) > LIMIT_KB * 1000) {
  console.error('first load is above the budget')
  process.exit(1)
}
