import { randomId } from './ids'

/** One Idempotency-Key as long as the same thing is sent: a second try repeats it, a change makes a new one. */
export class StableKey {
  private last: { text: string; key: string } | null = null

  for(body: unknown): string {
    const text = JSON.stringify(body)
    if (this.last?.text !== text) this.last = { text, key: randomId() }
    return this.last.key
  }

  /** What was sent has arrived; the same words again are a new wish. */
  done(): void {
    this.last = null
  }
}
