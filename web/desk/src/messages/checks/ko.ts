import type { Translation } from '@shared/i18n'

import type source from './zh-CN'

const messages: Translation<typeof source> = {
  checks: {
    title: '확인과 이의',
    lead: '출처의 말이 다르면 격자원이나 주관 부문이 확인하고, 주민이 이의를 내면 주관 부문이 확정합니다.',
    verifications: '확인할 것',
    disputes: '이의',
    within: '범위',
    field: '항목',
    shown: '지금 보이는 값',
    claimed: '다른 말',
    age: '{n}일',
    waiting: '기다림',
    person: '주민',
    states: { open: '처리 전', resolved: '확인됨', withdrawn: '거둠', upheld: '성립', rejected: '불성립' },
    outcomes: { confirmed: '지금 값이 옳음', replaced: '고침' },
    resolve: '확인',
    resolve_title: '확인: {field}',
    confirm_shown: '지금 보이는 것이 옳음',
    take_claimed: '다른 말이 옳음',
    other_value: '둘 다 아니고 실제로는',
    note: '설명(없어도 됨)',
    resolved: '확인했습니다.',
    decide: '확정',
    decide_title: '이의 확정: {field}',
    statement: '주민의 말',
    uphold: '성립, 다음으로 고침',
    reject: '불성립, 원래 값 유지',
    reason: '리유',
    value: '옳은 값',
    decided: '확정했고 표시를 없앴습니다.',
    opened_by: '{who}, {at} 제기',
    decided_by: '{who}, {at} 확정: {reason}',
    none: '없습니다.',
    need_purpose: '먼저 열람 사유를 선택하십시오.',
  },
}

export default messages
