import { fenOf } from '@shared/format'

export interface Application {
  title: string
  class: string
  domain: string
  scope: string
  content: string
  legalBasis: string
  specialExplanation: string
  startsOn: string
  endsOn: string
  adds: string[]
  workloadHours: string
  amountYuan: string
  source: string
  dueOn: string
  zeroReason: string
}

export function emptyApplication(domain: string): Application {
  return {
    title: '',
    class: 'administrative',
    domain,
    scope: '',
    content: '',
    legalBasis: '',
    specialExplanation: '',
    startsOn: '',
    endsOn: '',
    adds: [],
    workloadHours: '',
    amountYuan: '',
    source: '',
    dueOn: '',
    zeroReason: '',
  }
}

const REQUIRED = ['title', 'scope', 'content', 'legalBasis', 'startsOn', 'endsOn'] as const

/** Names of the fields that still miss something. */
export function gaps(form: Application): string[] {
  const found: string[] = REQUIRED.filter((name) => form[name].trim() === '')
  const fen = fenOf(form.amountYuan)
  if (fen === null) found.push('amountYuan')
  // A task without money must say why: the rule "fee follows task" is broken otherwise.
  if (fen === 0 && form.zeroReason.trim() === '') found.push('zeroReason')
  if (fen !== null && fen > 0 && form.dueOn === '') found.push('dueOn')
  return found
}

/** The item as the interface takes it; money in fen, communities as codes. */
export function itemOf(form: Application): Record<string, unknown> {
  const amount_fen = fenOf(form.amountYuan) ?? 0
  const hours = Number(form.workloadHours)
  return {
    title: form.title.trim(),
    class: form.class,
    domain: form.domain,
    communities: form.scope.split(/[\s,，、]+/).filter(Boolean),
    content: form.content.trim(),
    legal_basis: form.legalBasis.trim(),
    special_explanation: form.specialExplanation.trim(),
    starts_on: form.startsOn,
    ends_on: form.endsOn,
    adds: Object.fromEntries(form.adds.map((name) => [name, true])),
    workload_hours_per_month: Number.isFinite(hours) ? hours : 0,
    funding: {
      amount_fen,
      source: form.source.trim(),
      schedule: amount_fen > 0 ? [{ due_on: form.dueOn, amount_fen }] : [],
      ...(amount_fen === 0 ? { zero_reason: form.zeroReason.trim() } : {}),
    },
  }
}
