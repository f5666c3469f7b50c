import { fenOf, instant, isPhone, quantity, shortInstant, yearsOf, yuan } from '@shared/format'
import { describe, expect, test } from 'vitest'

describe('instants', () => {
  test('are shown in the time of the prefecture, whatever the device says', () => {
    expect(instant('2026-11-24T16:30:00Z')).toBe('2026-11-25 00:30')
    expect(shortInstant('2026-11-24T01:05:00+08:00')).toBe('11-24 01:05')
  })

  test('a missing or broken one is a dash', () => {
    expect([instant(null), instant(''), instant('soon'), instant(undefined)]).toEqual(['—', '—', '—', '—'])
  })
})

describe('money', () => {
  test('is written in yuan from whole fen', () => {
    expect([0, 5, 100, 123_456_789, -250].map(yuan)).toEqual(['0.00', '0.05', '1.00', '1,234,567.89', '-2.50'])
    expect(yuan(null)).toBe('—')
  })

  test('is read without a float in between', () => {
    expect(fenOf('12000.50')).toBe(1_200_050)
    expect(fenOf('1,234.5')).toBe(123_450)
    expect(fenOf('0')).toBe(0)
    // 1.15 * 100 is 114.99999999999999 as a float.
    expect(fenOf('1.15')).toBe(115)
    expect(['', 'abc', '1.234', '-5', '1e3', '.5'].map(fenOf)).toEqual([null, null, null, null, null, null])
  })
})

test('years are completed on the birthday, by the calendar of the prefecture', () => {
  const before = new Date('2026-11-23T15:59:00Z')
  const on = new Date('2026-11-23T16:00:00Z')
  expect(yearsOf('1950-11-24', before)).toBe(75)
  expect(yearsOf('1950-11-24', on)).toBe(76)
  expect(yearsOf(null, on)).toBe(null)
})

test('telephone numbers', () => {
  expect(['13912345678', '139 1234 5678', '0433-2561234', '043325612345'].every(isPhone)).toBe(true)
  expect(['', '123', '12912345678', '1391234567', '139****5678', '139123456789'].some(isPhone)).toBe(false)
})

test('quantities', () => {
  expect([88.888, 4670, null, '—'].map(quantity)).toEqual(['88.89', '4,670', '—', '—'])
})
