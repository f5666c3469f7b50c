import { createRouter, createWebHashHistory } from 'vue-router'

import { session } from './app'
import { homeOf } from './domain/menus'
import Home from './pages/Home.vue'

export const router = createRouter({
  history: createWebHashHistory('/desk/'),
  routes: [
    { path: '/', name: 'home', component: Home },
    { path: '/whistles/:id?', name: 'whistles', component: () => import('./pages/Whistles.vue') },
    { path: '/admission', name: 'admission', component: () => import('./pages/Admissions.vue') },
    { path: '/admission/apply', name: 'apply', component: () => import('./pages/Apply.vue') },
    { path: '/admission/:id/amend', name: 'amend', component: () => import('./pages/Apply.vue') },
    { path: '/admission/:id', name: 'item', component: () => import('./pages/Admission.vue') },
    { path: '/indicators', name: 'indicators', component: () => import('./pages/Indicators.vue') },
    { path: '/imports', name: 'imports', component: () => import('./pages/Imports.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})

router.beforeEach((to) => {
  if (to.name !== 'home' || session.profile === null) return true
  const home = homeOf(session.profile.roles)
  return home === null ? true : { name: home }
})
