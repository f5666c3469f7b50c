import type { Translation } from '@shared/i18n'

import type source from './zh-CN'

const messages: Translation<typeof source> = {
  checks: {
    title: 'Verification and disputes',
    lead: 'Where sources contradict each other, the grid worker or the owner of the field looks; what a resident disputes, the owner decides.',
    verifications: 'To be verified',
    disputes: 'Disputes',
    within: 'Area',
    field: 'Field',
    shown: 'Shown now',
    claimed: 'Said against it',
    age: '{n} days',
    waiting: 'Waiting',
    person: 'Resident',
    states: { open: 'Open', resolved: 'Resolved', withdrawn: 'Withdrawn', upheld: 'Upheld', rejected: 'Rejected' },
    outcomes: { confirmed: 'The shown value is right', replaced: 'Put right' },
    resolve: 'Verify',
    resolve_title: 'Verify: {field}',
    confirm_shown: 'What is shown is right',
    take_claimed: 'What was said against it is right',
    other_value: 'Neither; it really is',
    note: 'Note (optional)',
    resolved: 'Verified.',
    decide: 'Decide',
    decide_title: 'Decide the dispute: {field}',
    statement: 'What the resident says',
    uphold: 'Upheld; put right to',
    reject: 'Rejected; the value stays',
    reason: 'Reason',
    value: 'Right value',
    decided: 'Decided; the mark is gone.',
    opened_by: 'opened by {who}, {at}',
    decided_by: 'decided by {who}, {at}: {reason}',
    none: 'None.',
    need_purpose: 'Choose a purpose first.',
  },
}

export default messages
