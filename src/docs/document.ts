import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { ApiRoute } from '../api/route.ts'
import { apiPrefix } from '../api/routes.ts'
import { apiPaths, apiTag } from './api-paths.ts'
import { errorHeaders, errorSchemas } from './errors.ts'
import { eventSchemas } from './event-schemas.ts'
import type { OpenApi, SecurityScheme } from './openapi.ts'
import { webhookPaths, webhookTag } from './webhook-path.ts'

/** OpenAPI 3.1 of everything under `/webhooks` and `/api/v1`, from the tables and schemas that the service works by. */
export function documentOf(routes: readonly ApiRoute[], publicUrl: string | undefined): OpenApi {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Вестник',
      version: packageVersion(),
      summary: 'Сообщает людям, которые сдали лом, что их деньги пришли',
      description,
      license: { name: 'MIT' },
    },
    servers: [{ url: publicUrl ?? '/', description: 'Этот сервис' }],
    tags: [webhookTag, apiTag],
    paths: { ...webhookPaths(), ...apiPaths(apiPrefix, routes) },
    components: {
      schemas: { ...eventSchemas(), ...errorSchemas },
      headers: errorHeaders,
      securitySchemes,
    },
  }
}

const description = `Учётная система передаёт события на \`/webhooks\`, сервис пишет о них клиентам в мессенджер. Что стало с \
сообщениями, она спрашивает сама у \`/api/v1\`: публиковать базу 1С в интернете не нужно.

Ответы — JSON в UTF-8. Чего нет, того нет и в ответе: ни пустых строк, ни пустых дат. Моменты — ISO 8601 со смещением, суммы — \
строки с точкой. Имена в ответах 1С прочитает в Структуру. Переадресаций нет.

Любой ответ, кроме 200, несёт \`code\`, \`message\` — одно предложение по-русски — и \`errors\`. Ответы 429, 500 и 503 повторяют позже \
с тем же телом, остальные сначала исправляют.`

const securitySchemes: Record<string, SecurityScheme> = {
  SenderBearer: { type: 'http', scheme: 'bearer', description: 'Ключ отправителя: `Authorization: Bearer КЛЮЧ`' },
  SenderBasic: {
    type: 'http',
    scheme: 'basic',
    description: 'Тот же ключ как пароль; имя пользователя — любое. Так делает HTTPСоединение с логином и паролем',
  },
  SenderApiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'Тот же ключ в заголовке `X-API-Key`' },
  ApiKey: {
    type: 'http',
    scheme: 'bearer',
    description: 'Ключ `/api/v1`: ключ администратора (`ADMIN_API_KEY`) или выпущенный ключ с нужным правом',
  },
}

/** The program stands beside its package.json, built or not. */
function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version
}
