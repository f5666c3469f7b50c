import { type Ref, ref } from 'vue'

import { ApiProblem } from '@shared/problem'

import { faultsOf, wordsOf } from './app'

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

interface Sending extends Guarded {
  /** What is wrong with each field, in words. */
  faults: Ref<Record<string, string>>
}

/**
 * The same for a form: faults stand beside their fields.
 * @param stale hears that what was read has changed meanwhile
 */
export function useSending(stale: () => void): Sending {
  const { problem, isBusy, guarded } = useGuarded()
  const faults = ref<Record<string, string>>({})
  async function sending(call: () => Promise<void>): Promise<void> {
    faults.value = {}
    await guarded(async () => {
      try {
        await call()
      } catch (failure) {
        if (failure instanceof ApiProblem && failure.status === 412) stale()
        faults.value = faultsOf(failure)
        throw failure
      }
    })
  }
  return { problem, isBusy, guarded: sending, faults }
}
