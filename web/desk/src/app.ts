/** The one place where the parts of the desk app are put together. */

import { reactive, shallowRef } from 'vue'

import type { Profile } from '@shared/api-types'
import { ApiClient } from '@shared/http'
import { Languages } from '@shared/i18n'
import { Directory } from '@shared/names'
import { DelegationOver, OAuthSession, SignInFailed } from '@shared/oauth'
import { ApiProblem, NoAnswer, SignInNeeded } from '@shared/problem'

import { type Dictionary, faultsByField, refusalWords } from './domain/refusals'
import source from './messages/zh-CN'

export const session = reactive<{
  access: 'starting' | 'signed-out' | 'signed-in'
  profile: Profile | null
  notice: string
  code: string
}>({ access: 'starting', profile: null, notice: '', code: '' })

export const oauth = new OAuthSession({
  clientId: 'desk',
  redirectUri: `${location.origin}/desk/`,
  store: sessionStorage,
})

/** Words of the component kit in the language shown. */
export const kitLocale = shallowRef<unknown>(undefined)

const KIT = {
  'zh-CN': () => import('element-plus/es/locale/lang/zh-cn.mjs'),
  ko: () => import('element-plus/es/locale/lang/ko.mjs'),
  en: () => import('element-plus/es/locale/lang/en.mjs'),
}

export const languages = new Languages(
  source,
  {
    ko: async () => (await import('./messages/ko')).default,
    en: async () => (await import('./messages/en')).default,
  },
  async (locale) => {
    kitLocale.value = (await KIT[locale]()).default
  },
)

export const api = new ApiClient(oauth, () => languages.current)
export const directory = new Directory(api)

export async function start(): Promise<void> {
  try {
    await oauth.finish(new URLSearchParams(location.search))
    if (!oauth.isSignedIn) {
      signedOut('')
      return
    }
    session.profile = await api.get<Profile>('/identity/v1/me')
    session.access = 'signed-in'
  } catch (failure) {
    signedOut(noticeOf(failure), failure)
  } finally {
    if (location.search) history.replaceState(null, '', location.pathname + location.hash)
  }
}

function noticeOf(failure: unknown): string {
  if (failure instanceof SignInFailed) return 'failed'
  return failure instanceof SignInNeeded ? 'ended' : 'offline'
}

function signedOut(notice: string, failure?: unknown): void {
  session.profile = null
  session.access = 'signed-out'
  directory.forget()
  session.notice = notice
  session.code = failure instanceof SignInFailed ? failure.code : ''
}

export async function signIn(): Promise<void> {
  if (!globalThis.crypto?.subtle) {
    session.notice = 'insecure'
    return
  }
  location.assign(await oauth.authorizeUrl(languages.current))
}

export async function signOut(): Promise<void> {
  await oauth.end()
  signedOut('')
}

/** Goes on with the rights a colleague has lent, or with one's own (null). */
export async function act(delegation: string | null): Promise<void> {
  await oauth.act(delegation)
  directory.forget()
  session.profile = await api.get<Profile>('/identity/v1/me')
}

/** A failure in the person's language; an ended session leads back to the sign-in. */
export function wordsOf(failure: unknown): string {
  const { t } = languages.i18n.global
  if (failure instanceof SignInNeeded) {
    signedOut('ended')
    return t('signin.ended')
  }
  if (failure instanceof DelegationOver) {
    void act(null)
    return t('identity.delegation.over')
  }
  if (failure instanceof NoAnswer) return t('common.no_network')
  if (failure instanceof ApiProblem) {
    return failure.status === 412 ? t('common.stale') : refusalWords(failure, languages.current, dictionary) || failure.message
  }
  return String(failure)
}

/** Names of fields, as soon as the catalogue has been read. */
export const naming = { field: (code: string): string => code }

/** What the app can say, in the language shown; the source language holds every key. */
export const dictionary: Dictionary = {
  t: (key, values) => languages.i18n.global.t(key, values ?? {}),
  te: (key) => languages.i18n.global.te(key, 'zh-CN'),
  field: (code) => naming.field(code),
}

/** What is wrong with each field of a form that was refused. */
export function faultsOf(failure: unknown): Record<string, string> {
  return failure instanceof ApiProblem ? faultsByField(failure, languages.current, dictionary) : {}
}
