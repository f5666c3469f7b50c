import { ref } from 'vue'

const SHOWN_MS = 5_000

/** The sentence that is shown (and read out) for a moment at the foot of the page. */
export const toast = ref('')

let timer = 0

export function say(text: string): void {
  clearTimeout(timer)
  toast.value = text
  timer = setTimeout(() => {
    toast.value = ''
  }, SHOWN_MS) as unknown as number
}
