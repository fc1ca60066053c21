import type { FastifyInstance } from 'fastify'
import type { Entrances } from '../channels/entrances.ts'
import { isToken } from '../clients/linking/token.ts'
import { channelTitles } from '../lib/channel-name.ts'
import { RequestError } from '../lib/errors.ts'
import { escapeMarkup } from '../lib/markup.ts'

export type LandingNeeds = { entrances: Entrances; companyName: string | undefined }

/**
 * `/l/:token`, where the QR of the slip leads: the messengers that are on, each with its one-time link. The page asks nobody
 * whose token it is, so that neither previews nor guesses learn or use up anything; works without scripts.
 */
export function landingRoutes(app: FastifyInstance, needs: LandingNeeds): void {
  app.get('/l/style.css', async (_request, reply) => {
    return await reply.header('cache-control', 'public, max-age=86400').type('text/css; charset=utf-8').send(style)
  })
  app.get<{ Params: { token: string } }>('/l/:token', async ({ params: { token } }, reply) => {
    if (!isToken(token)) throw new RequestError('not_found')
    const links = await needs.entrances.linksTo(token)
    return await reply
      .header('cache-control', 'no-store')
      .header('x-robots-tag', 'noindex, nofollow')
      .type('text/html; charset=utf-8')
      .send(page(links, needs.companyName))
  })
}

function page(links: Awaited<ReturnType<Entrances['linksTo']>>, companyName: string | undefined): string {
  const company = companyName === undefined ? 'площадка по приёму лома' : `«${escapeMarkup(companyName)}»`
  const choice =
    links.length === 0
      ? '<p>Сейчас ни один мессенджер не отвечает. Откройте эту страницу ещё раз через несколько минут.</p>'
      : `<ul>${links.map(({ channel, url }) => `<li><a href="${escapeMarkup(url)}" rel="nofollow noreferrer">${channelTitles[channel]}</a></li>`).join('')}</ul>`
  return `<!doctype html>
<html lang="ru">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>Сообщения о выплатах</title>
<link rel="stylesheet" href="/l/style.css">
</head>
<body>
<main>
<h1>Узнайте о выплате сразу</h1>
<p>Выберите мессенджер, и ${company} будет сообщать вам о приёме лома и о выплатах. В чате нажмите «Начать» и согласитесь получать сообщения.</p>
${choice}
<p class="small">Ссылка одноразовая и только ваша: не пересылайте её. Отказаться от сообщений можно в любой момент.</p>
</main>
</body>
</html>
`
}

const style = `body{margin:0;font:18px/1.5 system-ui,sans-serif;color:#1b1b1b;background:#f4f4f1}
main{max-width:32rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.6rem;line-height:1.2}
ul{list-style:none;margin:1.5rem 0;padding:0}
li{margin:0 0 .75rem}
a{display:block;padding:1rem;border-radius:.6rem;background:#17466b;color:#fff;text-align:center;text-decoration:none;font-weight:600}
a:focus-visible{outline:3px solid #d98200;outline-offset:2px}
.small{font-size:.9rem;color:#55554f}
@media (prefers-color-scheme:dark){body{background:#191917;color:#eee}.small{color:#aaa}a{background:#2a6a9c}}
`
