/** Three sizes of text; all lengths follow, because they are in `rem`. */

import { ref } from 'vue'

export const TEXT_SIZES = ['normal', 'large', 'larger'] as const
export type TextSize = (typeof TEXT_SIZES)[number]

const KEY = 'onegrid.text-size'

export const textSize = ref<TextSize>(TEXT_SIZES.find((size) => size === localStorage.getItem(KEY)) ?? 'normal')

export function useTextSize(size: TextSize): void {
  textSize.value = size
  document.documentElement.dataset['text'] = size
  localStorage.setItem(KEY, size)
}
