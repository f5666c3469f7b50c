/** The parts of Vant this app uses; only these, and only their style sheets, reach the phone. */
import 'vant/es/style/base.css'
import 'vant/es/button/index.css'
import 'vant/es/loading/index.css'
import 'vant/es/cell/index.css'
import 'vant/es/cell-group/index.css'
import 'vant/es/tag/index.css'
import 'vant/es/pull-refresh/index.css'

export { Button as VanButton } from 'vant/es/button'
export { CellGroup as VanCellGroup } from 'vant/es/cell-group'
export { Loading as VanLoading } from 'vant/es/loading'
export { PullRefresh as VanPullRefresh } from 'vant/es/pull-refresh'
export { Tag as VanTag } from 'vant/es/tag'
