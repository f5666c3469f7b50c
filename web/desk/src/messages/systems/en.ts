import type { Translation } from '@shared/i18n'

import type source from './zh-CN'

const messages: Translation<typeof source> = {}

export default messages
