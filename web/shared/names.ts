import type { ApiClient } from './http'
import type { Named, Organisation } from './api-types'

/** A name in the language shown; Chinese where there is none in it. */
export function nameIn(named: Named, locale: string): string {
  const own = locale === 'ko' ? named.name_ko : locale === 'en' ? named.name_en : null
  return own || named.name_zh
}

/** Organisations by code: codes are what records carry, names are what people read. */
export class Directory {
  private known: Promise<Map<string, Organisation>> | null = null

  constructor(private readonly api: ApiClient) {}

  /** The organisations in and above one's areas, read once; none where the registry does not answer. */
  async all(): Promise<Map<string, Organisation>> {
    this.known ??= this.read().catch(() => {
      // Codes are shown meanwhile; the next page asks again.
      this.known = null
      return new Map<string, Organisation>()
    })
    return this.known
  }

  forget(): void {
    this.known = null
  }

  private async read(): Promise<Map<string, Organisation>> {
    const items = await this.api.all<Organisation>('/registry/v1/organisations', { query: { limit: 200 } })
    return new Map(items.map((item) => [item.code, item]))
  }
}
