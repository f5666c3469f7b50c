/** The one place where the parts of the phone app are put together. */

import { computed, reactive, ref, shallowRef } from 'vue'

import type { Profile, ResidentView } from '@shared/api-types'
import { ApiClient } from '@shared/http'
import { Languages } from '@shared/i18n'
import { Directory } from '@shared/names'
import { OAuthSession, SignInFailed } from '@shared/oauth'
import { NoAnswer, SignInNeeded } from '@shared/problem'

import { forgetDraft } from './draft'
import source from './messages/zh-CN'
import { ApiCarrier } from './store/carrier'
import { Database, KEEP_DAYS } from './store/database'
import type { Entry, FactJob } from './store/jobs'
import { Outbox } from './store/outbox'

/** `offline` = nobody proved who they are, but the phone holds a recent copy and there is no network. */
type Access = 'starting' | 'signed-out' | 'signed-in' | 'offline'

const DAY_MS = 86_400_000

export const session = reactive<{ access: Access; profile: Profile | null; notice: string; code: string }>({
  access: 'starting',
  profile: null,
  notice: '',
  code: '',
})

export const isOnline = ref(navigator.onLine)
export const entries = shallowRef<Entry[]>([])
export const activeEntryId = ref<string | null>(null)
export const waitingCount = computed(() => entries.value.length)
export const attentionCount = computed(() => entries.value.filter((entry) => entry.state !== 'waiting').length)

export const database = new Database()

export const oauth = new OAuthSession({
  clientId: 'field',
  redirectUri: `${location.origin}/field/`,
  store: sessionStorage,
})

export const languages = new Languages(source, {
  ko: async () => (await import('./messages/ko')).default,
  en: async () => (await import('./messages/en')).default,
})

export const api = new ApiClient(oauth, () => languages.current)
export const directory = new Directory(api)

export const outbox = new Outbox(
  database,
  new ApiCarrier(api, rememberFact, (job) => void import('./store/lists').then(({ readAnew }) => readAnew(job.kind))),
  () => session.profile?.sub ?? null,
  (list, activeId) => {
    entries.value = list
    activeEntryId.value = activeId
  },
)

/** Writes what the server answered about a resident into the cached household. */
async function rememberFact(job: FactJob, view: ResidentView): Promise<void> {
  const household = await database.household(job.household_id)
  if (!household) return
  const members = household.members.map((member) =>
    member.id === job.resident_id
      ? {
          ...member,
          version: view.version,
          phone: view.phone ?? member.phone ?? null,
          usual_language: view.usual_language ?? member.usual_language ?? null,
          stale: (member.stale ?? []).filter((field) => field !== job.field),
        }
      : member,
  )
  await database.putHousehold({ ...household, members })
}

/** Finds out who is here: an answer of the sign-in page, a session of this tab, or the copy on the phone. */
export async function start(): Promise<void> {
  await dropOldCopy()
  try {
    if (await oauth.finish(new URLSearchParams(location.search))) {
      history.replaceState(null, '', location.pathname)
    }
  } catch (failure) {
    history.replaceState(null, '', location.pathname)
    signedOut(failure instanceof SignInFailed ? 'failed' : 'offline', failure)
    return
  }
  await recognise()
}

/** Asks the server who we are; without a network the copy on the phone tells. */
async function recognise(): Promise<void> {
  const known = (await database.meta('owner')) ?? null
  if (!oauth.isSignedIn) {
    unproven(known)
    return
  }
  // A list that is already on the phone is shown at once; the answer corrects it.
  if (known !== null) enter(known, 'signed-in')
  try {
    await welcome(await api.get<Profile>('/identity/v1/me'), known)
  } catch (failure) {
    if (failure instanceof SignInNeeded) signedOut('ended')
    else if (known === null) signedOut('offline', failure)
  }
}

/** Without a session the copy on the phone may be read while there is no network, and only then. */
function unproven(known: Profile | null): void {
  if (known !== null && !navigator.onLine) enter(known, 'offline')
  else signedOut('')
}

/** Lets a proven person in; what the phone keeps of somebody else goes first. */
async function welcome(profile: Profile, known: Profile | null): Promise<void> {
  if (known !== null && known.sub !== profile.sub) await database.clearCache()
  await database.setMeta('owner', profile)
  enter(profile, 'signed-in')
}

function enter(profile: Profile, access: 'signed-in' | 'offline'): void {
  session.profile = profile
  session.access = access
  session.notice = ''
  // Asks the browser not to drop the outbox when the phone runs out of space.
  navigator.storage?.persist?.().catch(() => false)
  void outbox.load().then(() => flush(true))
}

function signedOut(notice: string, failure?: unknown): void {
  session.profile = null
  session.access = 'signed-out'
  directory.forget()
  session.notice = notice
  session.code = failure instanceof SignInFailed ? failure.code : ''
  entries.value = []
}

/** The session ended while the app was in use; what waits stays in the outbox. */
export function sessionEnded(): void {
  signedOut('ended')
}

async function dropOldCopy(): Promise<void> {
  const fetched = await database.meta('fetched_at')
  if (fetched !== undefined && Date.now() - fetched > KEEP_DAYS * DAY_MS) await database.clearCache()
}

export async function signIn(): Promise<void> {
  if (!globalThis.crypto?.subtle) {
    session.notice = 'insecure'
    return
  }
  location.assign(await oauth.authorizeUrl(languages.current))
}

/**
 * Ends the session and removes every copy of the register from the phone.
 *
 * @returns false where something still waits to be sent: it would be lost.
 */
export async function signOut(): Promise<boolean> {
  if (entries.value.length > 0) return false
  await oauth.end()
  await database.clearCache()
  forgetDraft()
  signedOut('')
  return true
}

export async function flush(evenIfPaused = false): Promise<void> {
  if (session.access !== 'signed-in' || !navigator.onLine) return
  await outbox.flush(evenIfPaused)
  // The server ended the session while something waited: say so, or it would wait for ever unseen.
  if (!oauth.isSignedIn) sessionEnded()
}

/** What became of an entry after a try to send it. */
export function fateOf(id: string): 'sent' | Entry['state'] {
  return entries.value.find((entry) => entry.id === id)?.state ?? 'sent'
}

const TIMER_MS = 30_000

/** Start, foreground, network and a timer each try to send: no single one is reliable in a web view. */
export function watchSurroundings(): void {
  const wake = (evenIfPaused: boolean): void => {
    isOnline.value = navigator.onLine
    void flush(evenIfPaused)
  }
  addEventListener('online', () => {
    wake(true)
  })
  addEventListener('offline', () => {
    isOnline.value = false
  })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') wake(true)
  })
  setInterval(() => {
    wake(false)
  }, TIMER_MS)
}

/** True where a failed read should fall back on the copy; a lost session is handled here. */
export function usesCopy(failure: unknown): boolean {
  if (failure instanceof SignInNeeded) {
    if (session.access === 'signed-in') sessionEnded()
    return true
  }
  return failure instanceof NoAnswer
}
