import { createRouter, createWebHashHistory } from 'vue-router'

import Today from './pages/Today.vue'

const PAGES = {
  grid: () => import('./pages/Grid.vue'),
  household: () => import('./pages/Household.vue'),
  whistle: () => import('./pages/Whistle.vue'),
  me: () => import('./pages/Me.vue'),
  myWhistle: () => import('./pages/MyWhistle.vue'),
  outbox: () => import('./pages/Outbox.vue'),
  check: () => import('./pages/Check.vue'),
  report: () => import('./pages/Report.vue'),
}

/** Addresses live behind the hash: the server knows one page only, and the sign-in comes back to it. */
export const router = createRouter({
  history: createWebHashHistory('/field/'),
  routes: [
    { path: '/', name: 'today', component: Today },
    { path: '/grid', name: 'grid', component: PAGES.grid },
    { path: '/grid/:id', name: 'household', component: PAGES.household },
    { path: '/whistle', name: 'whistle', component: PAGES.whistle },
    { path: '/me', name: 'me', component: PAGES.me },
    { path: '/whistles/:id', name: 'my-whistle', component: PAGES.myWhistle },
    { path: '/grid/:id/report', name: 'report', component: PAGES.report },
    { path: '/checks/:id', name: 'check', component: PAGES.check },
    { path: '/outbox', name: 'outbox', component: PAGES.outbox },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

/** Reads every page once the first one stands: the network may be gone before it is asked for. */
export async function readAllPages(): Promise<void> {
  await Promise.all(Object.values(PAGES).map((page) => page().catch(() => undefined)))
}
