/** Numbers and instants as a person in Yanbian reads them, whatever zone the device is set to. */

const ZONE = 'Asia/Shanghai'

const DATE_TIME: Intl.DateTimeFormatOptions = {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
}

/** `2026-11-24 17:30`, the same in each language; an empty or broken instant gives a dash. */
export function instant(value: string | null | undefined): string {
  const parts = partsOf(value)
  return parts ? `${parts['year']}-${parts['month']}-${parts['day']} ${parts['hour']}:${parts['minute']}` : '—'
}

/** `11-24 17:30` */
export function shortInstant(value: string | null | undefined): string {
  const parts = partsOf(value)
  return parts ? `${parts['month']}-${parts['day']} ${parts['hour']}:${parts['minute']}` : '—'
}

/** The day it is in this prefecture, `2026-11-25`: from midnight to eight, UTC still has the day before. */
export function localDay(now: Date = new Date()): string {
  return instant(now.toISOString()).slice(0, 10)
}

function partsOf(value: string | null | undefined): Record<string, string> | null {
  if (!value) return null
  const at = new Date(value)
  if (Number.isNaN(at.getTime())) return null
  const parts = new Intl.DateTimeFormat('en-CA', DATE_TIME).formatToParts(at)
  return Object.fromEntries(parts.map((part) => [part.type, part.value]))
}

/** Yuan with two digits, from integer fen: `1234500` gives `12,345.00`. */
export function yuan(fen: number | null | undefined): string {
  if (fen === null || fen === undefined) return '—'
  const sign = fen < 0 ? '-' : ''
  const whole = Math.abs(Math.trunc(fen / 100))
  const rest = String(Math.abs(fen % 100)).padStart(2, '0')
  return `${sign}${String(whole).replace(/\B(?=(\d{3})+$)/g, ',')}.${rest}`
}

/**
 * Integer fen from what a person typed in yuan.
 *
 * @returns null where the text is no amount of money.
 */
export function fenOf(text: string): number | null {
  const found = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(text.trim().replaceAll(',', ''))
  if (!found) return null
  return Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0'))
}

/** Completed years on a given day of this prefecture; null without a birth date. */
export function yearsOf(bornOn: string | null | undefined, now: Date): number | null {
  if (!bornOn) return null
  const today = partsOf(now.toISOString())
  if (!today) return null
  const monthDay = `${today['month']}-${today['day']}`
  const years = Number(today['year']) - Number(bornOn.slice(0, 4))
  return bornOn.slice(5, 10) > monthDay ? years - 1 : years
}

/** A quantity with at most two digits after the point and thousands marked. */
export function quantity(value: number | string | null | undefined): string {
  if (value === null || value === undefined || value === '') return '—'
  if (typeof value === 'string') return value
  return new Intl.NumberFormat('zh-CN', { maximumFractionDigits: 2 }).format(value)
}

/** True where the text can be a Chinese telephone number: mobile, or landline with area code. */
export function isPhone(text: string): boolean {
  const digits = text.replace(/[\s-]/g, '')
  return /^1[3-9]\d{9}$/.test(digits) || /^0\d{9,11}$/.test(digits)
}
