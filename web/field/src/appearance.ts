/** Text size and large mode: how the app looks on this phone; no personal data. */

import { computed, ref } from 'vue'

/** Limits of MIIT's rules for elder-friendly apps (2021): main text 18 dp, scalable to 30 dp. */
export const SMALLEST = 18
export const LARGEST = 30
/** From this size on, targets are at least 60 px. */
export const ELDER_FROM = 24

const KEY = 'onegrid.field.text-size'

export const textSize = ref(SMALLEST)
export const isElder = computed(() => textSize.value >= ELDER_FROM)

export function bounded(size: number): number {
  return Number.isFinite(size) ? Math.min(LARGEST, Math.max(SMALLEST, Math.round(size))) : SMALLEST
}

export function setTextSize(size: number): void {
  textSize.value = bounded(size)
  localStorage.setItem(KEY, String(textSize.value))
  apply()
}

export function startAppearance(): void {
  textSize.value = bounded(Number(localStorage.getItem(KEY) ?? SMALLEST))
  apply()
}

function apply(): void {
  // Every length of the style sheet is in rem, so one number scales the whole app.
  document.documentElement.style.fontSize = `${String(textSize.value)}px`
  document.documentElement.classList.toggle('elder', isElder.value)
}
