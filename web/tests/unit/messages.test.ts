import { firstLocale, type MessageTree } from '@shared/i18n'
import { describe, expect, test } from 'vitest'

import deskEn from '../../desk/src/messages/en'
import deskKo from '../../desk/src/messages/ko'
import deskZh from '../../desk/src/messages/zh-CN'
import fieldEn from '../../field/src/messages/en'
import fieldKo from '../../field/src/messages/ko'
import fieldZh from '../../field/src/messages/zh-CN'

function flat(tree: MessageTree, path = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(path + key, value)
    else for (const [inner, text] of flat(value, `${path}${key}.`)) found.set(inner, text)
  }
  return found
}

const holes = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort()

describe.each([
  ['field ko', fieldZh, fieldKo],
  ['field en', fieldZh, fieldEn],
  ['desk ko', deskZh, deskKo],
  ['desk en', deskZh, deskEn],
])('%s', (_name, source, translation) => {
  const from = flat(source)
  const to = flat(translation)

  test('says everything the source says', () => {
    expect([...to.keys()].sort()).toEqual([...from.keys()].sort())
    expect([...to.values()].filter((text) => text.trim() === '')).toEqual([])
  })

  test('has the same places to fill', () => {
    for (const [key, text] of from) expect([key, holes(to.get(key) ?? '')]).toEqual([key, holes(text)])
  })

  test('leaves no Chinese sentence untranslated', () => {
    expect([...to].filter(([, text]) => /[\u4e00-\u9fff]/.test(text))).toEqual([])
  })
})

test('signs that the message compiler reads as its own do not occur', () => {
  for (const tree of [fieldZh, fieldKo, fieldEn, deskZh, deskKo, deskEn]) {
    expect([...flat(tree)].filter(([, text]) => /[@|]/.test(text))).toEqual([])
  }
})

test('the first language is the chosen one, else Korean where the device is Korean, else Chinese', () => {
  expect(firstLocale('en', ['ko-KR'])).toBe('en')
  expect(firstLocale(null, ['ko-CN', 'zh-CN'])).toBe('ko')
  expect(firstLocale('xx', ['en-US'])).toBe('zh-CN')
  expect(firstLocale(null, [])).toBe('zh-CN')
})
