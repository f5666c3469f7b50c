import { fenOf } from '@shared/format'

import type { ItemAction } from './item-actions'

export interface DecisionForm {
  outcome: string
  comment: string
  approvalNo: string
  validTo: string
  amountYuan: string
  paidOn: string
  reference: string
}

export const OUTCOMES: Partial<Record<ItemAction, string[]>> = {
  review: ['accept', 'return'],
  decide: ['approve', 'reject'],
}

/** True where the dialog holds all that the action needs. */
export function isDecisionComplete(action: ItemAction, form: DecisionForm): boolean {
  if (action === 'payments') {
    return (fenOf(form.amountYuan) ?? 0) > 0 && form.paidOn !== '' && form.reference.trim() !== ''
  }
  if (action !== 'decide' || form.outcome !== 'approve') return true
  return form.approvalNo.trim() !== '' && form.validTo !== ''
}

/** The body of the call that carries the action out. */
export function decisionBody(action: ItemAction, form: DecisionForm): Record<string, unknown> {
  const comment = form.comment.trim()
  if (action === 'submit') return {}
  if (action === 'payments') {
    return { amount_fen: fenOf(form.amountYuan), paid_on: form.paidOn, reference: form.reference.trim() }
  }
  if (action === 'decide' && form.outcome === 'approve') {
    return { decision: 'approve', approval_no: form.approvalNo.trim(), valid_to: form.validTo, comment }
  }
  return { decision: form.outcome, comment }
}
