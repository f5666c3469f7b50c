/** A page that was open while a new version was put in place asks for files that are gone: start anew, once. */
const RELOADED = 'onegrid.reloaded-at'
addEventListener('vite:preloadError', (event) => {
  const before = Number(sessionStorage.getItem(RELOADED) ?? 0)
  if (!navigator.onLine || Date.now() - before < 60_000) return
  event.preventDefault()
  sessionStorage.setItem(RELOADED, String(Date.now()))
  location.reload()
})

export {}
