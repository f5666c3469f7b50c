/**
 * Start-up without network, and nothing else: it keeps the app's own files, never an answer of the interface.
 *
 * Web views differ in whether they run it, so no data and no unsent write may depend on it.
 */
const SHELL = 'shell-__VERSION__'
const FILES = JSON.parse('__FILES__')
const PATIENCE_MS = 3000

// No skipWaiting: a page that is open keeps the files it was built with until it is closed.
self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(SHELL)
      .then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: 'reload' })))),
  )
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== SHELL).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  )
})

/** The page from the network while that is quick, else the kept one: a hanging network must not hold the start. */
async function page(request) {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, null))
  const answer = await Promise.race([fetch(request).catch(() => null), late])
  if (answer?.ok) return answer
  return (await caches.match('/field/')) ?? Response.error()
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== location.origin || !url.pathname.startsWith('/field/')) return
  if (request.mode === 'navigate') {
    event.respondWith(page(request))
    return
  }
  event.respondWith(caches.match(url.pathname).then((kept) => kept ?? fetch(request)))
})
