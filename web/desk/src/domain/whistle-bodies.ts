import type { WhistleAction } from './whistle-actions'

/** Everything the dialog of any action can hold. */
export interface ActionForm {
  comment: string
  isChecked: boolean
  lead: string
  coHandlers: string[]
  signHours: string
  arriveHours: string
  closeHours: string
  text: string
  photoIds: string[]
  passed: boolean
  satisfaction: string
}

export function emptyForm(): ActionForm {
  return {
    comment: '',
    isChecked: false,
    lead: '',
    coHandlers: [],
    signHours: '',
    arriveHours: '',
    closeHours: '',
    text: '',
    photoIds: [],
    passed: true,
    satisfaction: 'satisfied',
  }
}

const HOUR_S = 3600

/** Whole seconds; null for an empty field (the default of the kind then holds). */
function seconds(hours: string): number | null {
  const value = Number(hours)
  return hours.trim() === '' || !Number.isFinite(value) || value <= 0 ? null : Math.round(value * HOUR_S)
}

function limits(form: ActionForm): Record<string, number> {
  const all = {
    sign_within_s: seconds(form.signHours),
    arrive_within_s: seconds(form.arriveHours),
    close_within_s: seconds(form.closeHours),
  }
  return Object.fromEntries(Object.entries(all).filter((pair): pair is [string, number] => pair[1] !== null))
}

/** True where the dialog holds all that the action needs. */
export function isComplete(action: WhistleAction, form: ActionForm): boolean {
  if (action === 'blow') return form.isChecked
  if (action === 'dispatch') return form.lead !== ''
  if (action === 'decline') return form.comment.trim() !== ''
  return action !== 'result' || form.text.trim() !== ''
}

/** The body of the call that carries the action out. */
export function bodyOf(action: WhistleAction, form: ActionForm): Record<string, unknown> {
  const said = form.comment.trim() ? { comment: form.comment.trim() } : {}
  switch (action) {
    case 'dispatch':
      return { lead: form.lead, co_handlers: form.coHandlers.filter((code) => code !== form.lead), ...limits(form) }
    case 'result':
      return { text: form.text.trim(), photo_ids: form.photoIds }
    case 'verify':
      return { passed: form.passed, ...said }
    case 'rate':
      return { satisfaction: form.satisfaction, ...said }
    default:
      return said
  }
}
