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

/** Tells what became of something written: the given sentence where it was sent, else where it waits. */
export function sayFate(t: (key: string) => string, fate: string, sent: string): void {
  say(t(fate === 'sent' ? sent : `fate.${fate}`))
}
