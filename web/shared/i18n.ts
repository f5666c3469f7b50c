import { createI18n, type I18n } from 'vue-i18n'

export const LOCALES = ['zh-CN', 'ko', 'en'] as const
export type Locale = (typeof LOCALES)[number]

/** Each language by its own name, so that a person finds theirs whatever is shown now. */
export const LOCALE_NAMES: Record<Locale, string> = { 'zh-CN': '中文', ko: '조선어', en: 'English' }

export interface MessageTree {
  [key: string]: string | MessageTree
}

/** The same keys with any words: a translation that misses a key does not compile. */
export type Translation<T> = { [K in keyof T]: T[K] extends string ? string : Translation<T[K]> }

export type Loaders = Record<Exclude<Locale, 'zh-CN'>, () => Promise<MessageTree>>

const KEY = 'onegrid.locale'

/** The person's choice; else Korean where the device asks for it; else Chinese. */
export function firstLocale(stored: string | null, wanted: readonly string[]): Locale {
  const chosen = LOCALES.find((locale) => locale === stored)
  if (chosen) return chosen
  return wanted[0]?.toLowerCase().startsWith('ko') ? 'ko' : 'zh-CN'
}

/** One language switch for an app: Chinese is built in, the others are loaded when chosen. */
export class Languages {
  readonly i18n: I18n<Record<string, MessageTree>, Record<string, never>, Record<string, never>, string, false>

  constructor(
    source: MessageTree,
    private readonly loaders: Loaders,
    private readonly onChange: (locale: Locale) => Promise<void> | void = () => undefined,
  ) {
    this.i18n = createI18n<false>({
      legacy: false,
      locale: 'zh-CN',
      fallbackLocale: 'zh-CN',
      messages: { 'zh-CN': source },
    }) as unknown as typeof this.i18n
  }

  get current(): Locale {
    return this.i18n.global.locale.value as Locale
  }

  async start(): Promise<void> {
    const wanted = firstLocale(localStorage.getItem(KEY), navigator.languages)
    // Words that cannot be read now must not keep the app from starting.
    await this.use(wanted, false).catch(() => this.use('zh-CN', false))
  }

  /** Reads the words of every language, so that the switch works without network too. */
  async readAll(): Promise<void> {
    await Promise.all(LOCALES.map((locale) => this.read(locale).catch(() => undefined)))
  }

  async use(locale: Locale, remember = true): Promise<void> {
    await this.read(locale)
    this.i18n.global.locale.value = locale
    document.documentElement.lang = locale
    document.title = this.i18n.global.t('app.title')
    if (remember) localStorage.setItem(KEY, locale)
    await this.onChange(locale)
  }

  private async read(locale: Locale): Promise<void> {
    if (locale === 'zh-CN' || this.i18n.global.availableLocales.includes(locale)) return
    this.i18n.global.setLocaleMessage(locale, await this.loaders[locale]())
  }
}
