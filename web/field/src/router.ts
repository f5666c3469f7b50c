import { createRouter, createWebHashHistory } from 'vue-router'

import Today from './pages/Today.vue'

/** Addresses live behind the hash: the server knows one page only, and the sign-in comes back to it. */
export const router = createRouter({
  history: createWebHashHistory('/field/'),
  routes: [
    { path: '/', name: 'today', component: Today },
    { path: '/grid', name: 'grid', component: () => import('./pages/Grid.vue') },
    { path: '/grid/:id', name: 'household', component: () => import('./pages/Household.vue') },
    { path: '/whistle', name: 'whistle', component: () => import('./pages/Whistle.vue') },
    { path: '/me', name: 'me', component: () => import('./pages/Me.vue') },
    { path: '/whistles/:id', name: 'my-whistle', component: () => import('./pages/MyWhistle.vue') },
    { path: '/outbox', name: 'outbox', component: () => import('./pages/Outbox.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})
