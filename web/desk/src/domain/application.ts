import { ADDITIONS, type AdmissionItem } from '@shared/api-types'
import { fenOf, yuan } from '@shared/format'

export interface Application {
  title: string
  class: string
  domain: string
  /** All urban communities of the county, instead of a list. */
  isWhole: boolean
  county: string
  communities: string[]
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

export function emptyApplication(domain: string, county: string): Application {
  return {
    title: '',
    class: 'administrative',
    domain,
    isWhole: false,
    county,
    communities: [],
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

/** What was returned for correction, back in the form. */
export function applicationOf(item: AdmissionItem, county: string): Application {
  const { funding } = item
  return {
    title: item.title,
    class: item.class,
    domain: item.domain,
    isWhole: false,
    county,
    communities: [...item.communities],
    content: item.content,
    legalBasis: item.legal_basis,
    specialExplanation: item.special_explanation ?? '',
    startsOn: item.starts_on,
    endsOn: item.ends_on ?? '',
    adds: ADDITIONS.filter((name) => Boolean(item.adds[name])),
    workloadHours: item.workload_hours_per_month === null ? '' : String(item.workload_hours_per_month),
    amountYuan: yuan(funding.amount_fen),
    source: funding.source ?? '',
    dueOn: funding.schedule[0]?.due_on ?? '',
    zeroReason: funding.zero_reason ?? '',
  }
}

const REQUIRED = ['title', 'content', 'legalBasis', 'startsOn'] as const

/** Names of the fields that still miss something. */
export function gaps(form: Application): string[] {
  const found: string[] = REQUIRED.filter((name) => form[name].trim() === '')
  if (!form.isWhole && form.communities.length === 0) found.push('communities')
  return [...found, ...moneyGaps(form)]
}

function moneyGaps(form: Application): string[] {
  const fen = fenOf(form.amountYuan)
  if (fen === null) return ['amountYuan']
  // A task without money must say why: the rule "fee follows task" is broken otherwise.
  if (fen === 0) return form.zeroReason.trim() === '' ? ['zeroReason'] : []
  const found = form.dueOn === '' ? ['dueOn'] : []
  return form.source.trim() === '' ? [...found, 'source'] : found
}

const orNull = (text: string): string | null => text.trim() || null

/** The item as the interface takes it; money in fen, what is left empty as null. */
export function itemOf(form: Application): Record<string, unknown> {
  return {
    title: form.title.trim(),
    class: form.class,
    domain: form.domain,
    ...(form.isWhole ? { scope: form.county } : { communities: form.communities }),
    content: form.content.trim(),
    legal_basis: form.legalBasis.trim(),
    special_explanation: orNull(form.specialExplanation),
    starts_on: form.startsOn,
    ends_on: orNull(form.endsOn),
    adds: Object.fromEntries(form.adds.map((name) => [name, true])),
    workload_hours_per_month: hours(form.workloadHours),
    funding: fundingOf(form),
  }
}

/** A merge patch keeps what it does not name, so what was unticked is named with null. */
export function patchOf(form: Application): Record<string, unknown> {
  const adds = Object.fromEntries(ADDITIONS.map((name) => [name, form.adds.includes(name) ? true : null]))
  return { ...itemOf(form), adds }
}

function hours(text: string): number | null {
  const value = Number(text)
  return text.trim() === '' || !Number.isFinite(value) ? null : value
}

function fundingOf(form: Application): Record<string, unknown> {
  const amount_fen = fenOf(form.amountYuan) ?? 0
  const isFree = amount_fen === 0
  return {
    amount_fen,
    source: orNull(form.source),
    zero_reason: isFree ? form.zeroReason.trim() : null,
    schedule: isFree ? [] : [{ due_on: form.dueOn, amount_fen }],
  }
}
