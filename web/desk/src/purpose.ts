/** Why this person reads personal data now: they choose it, the registry records it with each reading. */

import { ref, watch } from 'vue'

import type { Purpose } from '@shared/http'

const KEY = 'onegrid.purpose'

export const PURPOSES: Purpose[] = [
  'public_service',
  'statutory_registration',
  'verification',
  'case_handling',
  'resident_request',
  'audit',
]

export const purpose = ref<Purpose | ''>(PURPOSES.find((known) => known === sessionStorage.getItem(KEY)) ?? '')

watch(purpose, (chosen) => {
  if (chosen) sessionStorage.setItem(KEY, chosen)
  else sessionStorage.removeItem(KEY)
})
