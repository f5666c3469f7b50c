import { createRouter, createWebHashHistory } from 'vue-router'

import { session } from './app'
import { homeOf, type Menu } from './domain/menus'
import Home from './pages/Home.vue'

const of = (menu: Menu): { menu: Menu } => ({ menu })

export const router = createRouter({
  history: createWebHashHistory('/desk/'),
  routes: [
    { path: '/', name: 'home', component: Home },
    { path: '/residents', name: 'residents', component: () => import('./pages/Residents.vue'), meta: of('residents') },
    { path: '/residents/:id', name: 'resident', component: () => import('./pages/Resident.vue'), props: true, meta: of('residents') },
    { path: '/households/:id', name: 'household', component: () => import('./pages/Household.vue'), props: true, meta: of('residents') },
    { path: '/verifications', name: 'verifications', component: () => import('./pages/Checks.vue'), meta: of('verifications') },
    { path: '/areas/:code?', name: 'areas', component: () => import('./pages/Areas.vue'), props: true, meta: of('areas') },
    { path: '/reconciliations', name: 'reconciliations', component: () => import('./pages/Reconciliations.vue'), meta: of('reconciliations') },
    { path: '/exports', name: 'exports', component: () => import('./pages/Exports.vue'), meta: of('exports') },
    { path: '/provisions', name: 'provisions', component: () => import('./pages/Provisions.vue'), meta: of('provisions') },
    { path: '/posts', name: 'posts', component: () => import('./pages/Posts.vue'), meta: of('posts') },
    { path: '/matrix', name: 'matrix', component: () => import('./pages/Matrix.vue'), meta: of('matrix') },
    { path: '/emergencies', name: 'emergencies', component: () => import('./pages/Emergencies.vue'), meta: of('emergencies') },
    { path: '/registers', name: 'registers', component: () => import('./pages/Registers.vue'), meta: of('registers') },
    { path: '/webhooks', name: 'webhooks', component: () => import('./pages/Webhooks.vue'), meta: of('webhooks') },
    { path: '/whistles/:id?', name: 'whistles', component: () => import('./pages/Whistles.vue'), meta: of('whistles') },
    { path: '/admission', name: 'admission', component: () => import('./pages/Admissions.vue'), meta: of('admission') },
    { path: '/admission/apply', name: 'apply', component: () => import('./pages/Apply.vue'), meta: of('admission') },
    { path: '/admission/:id/amend', name: 'amend', component: () => import('./pages/Apply.vue'), meta: of('admission') },
    { path: '/admission/:id', name: 'item', component: () => import('./pages/Admission.vue'), meta: of('admission') },
    { path: '/indicators', name: 'indicators', component: () => import('./pages/Indicators.vue'), meta: of('indicators') },
    { path: '/imports', name: 'imports', component: () => import('./pages/Imports.vue'), meta: of('imports') },
    { path: '/accounts', name: 'accounts', component: () => import('./pages/Accounts.vue'), meta: of('accounts') },
    { path: '/clients', name: 'clients', component: () => import('./pages/Clients.vue'), meta: of('clients') },
    { path: '/delegations', name: 'delegations', component: () => import('./pages/Delegations.vue'), meta: of('delegations') },
    { path: '/sign-ins', name: 'signins', component: () => import('./pages/SignIns.vue'), meta: of('signins') },
    { path: '/access-chains', name: 'chains', component: () => import('./pages/Chains.vue'), meta: of('chains') },
    { path: '/policies', name: 'policies', component: () => import('./pages/Policies.vue'), meta: of('policies') },
    { path: '/security', name: 'security', component: () => import('./pages/MySecurity.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})

router.beforeEach((to) => {
  if (to.name !== 'home' || session.profile === null) return true
  const home = homeOf(session.profile.roles)
  return home === null ? true : { name: home }
})
