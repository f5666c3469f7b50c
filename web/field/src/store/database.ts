import { type DBSchema, type IDBPDatabase, openDB } from 'idb'

import type { CatalogueField, CodeSet, Verification } from '@shared/api-registry'
import type { Household, Profile, Today, Whistle } from '@shared/api-types'
import type { Entry } from './jobs'

interface Meta {
  owner: Profile
  grid: string
  fetched_at: number
  today: Today
  whistles: Whistle[]
  checks: Verification[]
  catalogue: { fields: CatalogueField[]; sets: CodeSet[] }
}

interface Schema extends DBSchema {
  meta: { key: string; value: unknown }
  households: { key: string; value: Household }
  outbox: { key: string; value: Entry }
}

type Open = () => Promise<IDBPDatabase<Schema>>

const NAME = 'onegrid-field'

/** Days after which what the phone keeps of the register is dropped unless it was refreshed. */
export const KEEP_DAYS = 7

/**
 * The page's own database: cached lists, and the outbox.
 *
 * Web views close a database behind the page's back (memory pressure, iOS); a held connection then fails for
 * ever, so each action that meets a dead one opens it again once.
 */
export class Database {
  private connection: Promise<IDBPDatabase<Schema>> | null = null

  constructor(private readonly name = NAME) {}

  async meta<K extends keyof Meta>(key: K): Promise<Meta[K] | undefined> {
    return this.run((db) => db.get('meta', key)) as Promise<Meta[K] | undefined>
  }

  async setMeta<K extends keyof Meta>(key: K, value: Meta[K]): Promise<void> {
    await this.run((db) => db.put('meta', value, key))
  }

  async households(): Promise<Household[]> {
    return this.run((db) => db.getAll('households'))
  }

  async household(id: string): Promise<Household | undefined> {
    return this.run((db) => db.get('households', id))
  }

  /** Puts a whole new list in place of the old one, in one transaction: a cut never leaves half a list. */
  async replaceHouseholds(items: Household[], grid: string, now: number): Promise<void> {
    await this.run(async (db) => {
      const tx = db.transaction(['households', 'meta'], 'readwrite')
      const store = tx.objectStore('households')
      await store.clear()
      await Promise.all(items.map((item) => store.put(item)))
      await tx.objectStore('meta').put(grid, 'grid')
      await tx.objectStore('meta').put(now, 'fetched_at')
      await tx.done
    })
  }

  async putHousehold(item: Household): Promise<void> {
    await this.run((db) => db.put('households', item))
  }

  /** Drops everything read from the server; what waits to be sent stays. */
  async clearCache(): Promise<void> {
    await this.run(async (db) => {
      const tx = db.transaction(['households', 'meta'], 'readwrite')
      await Promise.all([tx.objectStore('households').clear(), tx.objectStore('meta').clear(), tx.done])
    })
  }

  async entries(): Promise<Entry[]> {
    const entries = await this.run((db) => db.getAll('outbox'))
    return entries.sort((a, b) => a.created_at - b.created_at || a.id.localeCompare(b.id))
  }

  async putEntry(entry: Entry): Promise<void> {
    await this.run((db) => db.put('outbox', entry))
  }

  async deleteEntry(id: string): Promise<void> {
    await this.run((db) => db.delete('outbox', id))
  }

  private async run<T>(action: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    try {
      return await action(await this.open())
    } catch (failure) {
      if (!isDeadConnection(failure)) throw failure
      this.connection = null
      return action(await this.open())
    }
  }

  private readonly open: Open = () => {
    this.connection ??= openDB<Schema>(this.name, 1, {
      upgrade(db) {
        db.createObjectStore('meta')
        db.createObjectStore('households', { keyPath: 'id' })
        db.createObjectStore('outbox', { keyPath: 'id' })
      },
      terminated: () => {
        this.connection = null
      },
    }).catch((failure: unknown) => {
      this.connection = null
      throw failure
    })
    return this.connection
  }
}

function isDeadConnection(failure: unknown): boolean {
  return failure instanceof DOMException && ['InvalidStateError', 'UnknownError', 'AbortError'].includes(failure.name)
}
