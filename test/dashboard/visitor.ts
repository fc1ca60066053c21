export type Answer = { status: number; text: string; location: string | null; headers: Headers }

/** A browser without scripts: keeps cookies, follows nothing by itself. */
export type Visitor = {
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  post(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Answer>
  /** Fills in the form of the last page with that action, hidden fields included, and sends it. */
  submit(action: string, form?: Record<string, string>): Promise<Answer>
  cookie(): string
}

export function visitorOf(url: string): Visitor {
  let cookie = ''
  let last = ''
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    const answer = await fetch(`${url}${path}`, {
      ...init,
      redirect: 'manual',
      headers: { accept: 'text/html', ...(cookie === '' ? {} : { cookie }), ...init.headers },
    })
    for (const line of answer.headers.getSetCookie()) cookie = line.split(';', 1)[0] ?? ''
    const text = await answer.text()
    if (answer.status < 300 || answer.status > 399) last = text
    return { status: answer.status, text, location: answer.headers.get('location'), headers: answer.headers }
  }
  const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
    ask(path, { method: 'POST', body: new URLSearchParams(form), headers })
  return {
    get: (path, headers = {}) => ask(path, { headers }),
    post,
    submit: (action, form = {}) => post(action, { ...hiddenFields(last, action), ...form }),
    cookie: () => cookie,
  }
}

function hiddenFields(page: string, action: string): Record<string, string> {
  const form = page.split('<form').find((part) => part.includes(`action="${action}"`))
  if (form === undefined) throw new Error(`no form for ${action} on the page`)
  const fields = form.split('</form')[0]?.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g) ?? []
  return Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, value]))
}

/** What a reader sees: without markup, entities read, spaces made one. */
export function readable(page: string): string {
  return page
    .replace(/<(script|style|select)[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/[ \t\r\n]+/g, ' ')
}
