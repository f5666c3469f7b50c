import { type Ref, ref } from 'vue'

import { wordsOf } from './app'

interface Guarded {
  /** Why the last call failed, in words; empty while nothing did. */
  problem: Ref<string>
  /** A call is under way: buttons are kept from a second press. */
  isBusy: Ref<boolean>
  guarded: (call: () => Promise<void>) => Promise<void>
}

/** Calls whose failure is shown on the page. */
export function useGuarded(): Guarded {
  const problem = ref('')
  const isBusy = ref(false)
  async function guarded(call: () => Promise<void>): Promise<void> {
    problem.value = ''
    isBusy.value = true
    try {
      await call()
    } catch (failure) {
      problem.value = wordsOf(failure)
    } finally {
      isBusy.value = false
    }
  }
  return { problem, isBusy, guarded }
}
