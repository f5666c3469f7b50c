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
  opinions: ['support', 'concern', 'object'],
  review: ['accept', 'return'],
  decide: ['approve', 'reject'],
}

/** True where the dialog holds all that the action needs. */
export function isDecisionComplete(action: ItemAction, form: DecisionForm): boolean {
  if (action === 'payments') return isPayment(form)
  if (action === 'decide' && form.outcome === 'approve') return form.approvalNo.trim() !== '' && form.validTo !== ''
  // Whoever says no says why.
  return !needsComment(action, form.outcome) || form.comment.trim() !== ''
}

function isPayment(form: DecisionForm): boolean {
  return (fenOf(form.amountYuan) ?? 0) > 0 && form.paidOn !== '' && form.reference.trim() !== ''
}

export function needsComment(action: ItemAction, outcome: string): boolean {
  return action === 'revoke' || ['return', 'reject', 'concern', 'object'].includes(outcome)
}

/** The body of the call that carries the action out. */
export function decisionBody(action: ItemAction, form: DecisionForm): Record<string, unknown> {
  const said = form.comment.trim() ? { comment: form.comment.trim() } : {}
  if (action === 'submit') return {}
  if (action === 'payments') {
    return { amount_fen: fenOf(form.amountYuan), paid_on: form.paidOn, reference: form.reference.trim() }
  }
  if (action === 'decide' && form.outcome === 'approve') {
    return { decision: 'approve', approval_no: form.approvalNo.trim(), valid_to: form.validTo, ...said }
  }
  if (action === 'opinions') return { stance: form.outcome, ...said }
  return action === 'revoke' ? said : { decision: form.outcome, ...said }
}
