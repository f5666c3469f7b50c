// `npm run mock`: the built apps with made-up data, to look at without the services.
import { fileURLToPath } from 'node:url'

import { runnerImport } from 'vite'

const { module } = await runnerImport(fileURLToPath(new URL('./server.ts', import.meta.url)), {
  configFile: false,
  resolve: { alias: { '@shared': fileURLToPath(new URL('../../shared', import.meta.url)) } },
})
const mock = await module.startMock(Number(process.env.PORT ?? 8080))
console.log(`${mock.url}/field/  ${mock.url}/desk/  sign in as: grid, community, street, dept, secretariat, approver, finance, county`)
