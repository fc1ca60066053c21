import { connect, type PeerCertificate } from 'node:tls'
import { createHttpClient } from '../../channels/http.ts'
import { bad, type Finding, good, warning } from '../../lib/finding.ts'

/** Does PUBLIC_URL lead to this service, and for how long will its certificate do? */
export async function addressFindings(publicUrl: string | undefined, deadlineMs: number): Promise<Finding[]> {
  const what = 'Адрес снаружи'
  if (publicUrl === undefined)
    return [
      warning(
        what,
        'PUBLIC_URL не задан: ссылок в сообщениях нет, мессенджеры опрашиваются',
        'Если у сервера есть имя в интернете, впишите его: PUBLIC_URL=https://vestnik.example.ru',
      ),
    ]
  const url = new URL(publicUrl)
  const [answer, certificate] = await Promise.all([
    ask(publicUrl, deadlineMs),
    url.protocol === 'https:' ? certificateOf(url, deadlineMs) : undefined,
  ])
  const tls = certificate === undefined ? [openFinding()] : [judgeCertificate(certificate, new Date())]
  return [answer, ...tls.flatMap((each) => each ?? [])]
}

function openFinding(): Finding {
  return warning(
    'Сертификат',
    'PUBLIC_URL начинается с http://: ключи и тексты идут открыто',
    'Поставьте перед службой прокси с HTTPS (в Compose он есть) и впишите адрес с https://.',
  )
}

async function ask(publicUrl: string, deadlineMs: number): Promise<Finding> {
  const what = 'Адрес снаружи'
  const http = createHttpClient({ connectTimeoutMs: deadlineMs / 2 })
  try {
    const answer = await http.send({ method: 'GET', url: `${publicUrl.replace(/\/$/, '')}/healthz`, deadlineMs })
    if (answer.kind === 'answer' && answer.status === 200 && answer.body.trim() === 'ok')
      return good(what, `${new URL(publicUrl).origin} отвечает`)
    if (answer.kind === 'answer')
      return bad(
        what,
        `по адресу отвечает что-то другое: ${answer.status}`,
        'Имя ведёт не на этот сервер, прокси не передаёт запросы службе, или api не запущена (docker compose ps).',
      )
    return bad(
      what,
      `не открывается: ${answer.code}`,
      'Проверьте запись DNS, порты 80 и 443 и службу proxy. Если снаружи адрес открывается, а с самого сервера нет, это особенность его сети.',
    )
  } finally {
    http.close()
  }
}

type Certificate = { kind: 'shown'; validTo: Date; isTrusted: boolean; why: string } | { kind: 'none'; code: string }

function certificateOf(url: URL, deadlineMs: number): Promise<Certificate> {
  return new Promise((resolve) => {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const socket = connect({
      host,
      port: Number(url.port || 443),
      // What it is worth is judged below, and said.
      rejectUnauthorized: false,
      timeout: deadlineMs,
      ...(/[a-z]/i.test(host) ? { servername: host } : {}),
    })
    const end = (certificate: Certificate) => {
      socket.destroy()
      resolve(certificate)
    }
    socket.once('secureConnect', () =>
      end(shown(socket.getPeerCertificate(), socket.authorized, socket.authorizationError)),
    )
    socket.once('timeout', () => end({ kind: 'none', code: 'timeout' }))
    socket.once('error', (error: Error & { code?: string }) => end({ kind: 'none', code: error.code ?? 'нет ответа' }))
  })
}

function shown({ valid_to }: PeerCertificate, isTrusted: boolean, why: unknown): Certificate {
  // Node gives the code alone, whatever its types say.
  const code = String(why instanceof Error ? ('code' in why ? why.code : why.name) : (why ?? ''))
  return { kind: 'shown', validTo: new Date(valid_to), isTrusted, why: code }
}

const dayMs = 86_400_000

export function judgeCertificate(certificate: Certificate, now: Date): Finding {
  const what = 'Сертификат'
  if (certificate.kind === 'none')
    return bad(
      what,
      `по HTTPS соединения нет: ${certificate.code}`,
      'Посмотрите docker compose logs proxy: почему он не получил сертификат.',
    )
  const days = Math.floor((certificate.validTo.getTime() - now.getTime()) / dayMs)
  if (days < 0)
    return bad(
      what,
      `истёк ${-days} дн. назад`,
      'Порт 80 должен быть открыт: по нему центр сертификации проверяет имя. Затем docker compose restart proxy.',
    )
  if (!certificate.isTrusted)
    return bad(
      what,
      `ему не верят: ${certificate.why}`,
      'Сертификат самоподписанный, без промежуточного или на другое имя: 1С и мессенджеры такой не примут.',
    )
  if (days < 14)
    return warning(
      what,
      `действует ещё ${days} дн.`,
      'Caddy продлевает за 30 дней: посмотрите docker compose logs proxy, почему не продлил.',
    )
  return good(what, `действует ещё ${days} дн.`)
}
