/** One thing that was looked at, for the person who runs the service; `remedy` says in Russian what to do about it. */
export type Finding = { what: string; state: FindingState; detail: string; remedy?: string }

export type FindingState = 'ok' | 'warn' | 'bad'

export function good(what: string, detail: string): Finding {
  return { what, state: 'ok', detail }
}

export function warning(what: string, detail: string, remedy: string): Finding {
  return { what, state: 'warn', detail, remedy }
}

export function bad(what: string, detail: string, remedy: string): Finding {
  return { what, state: 'bad', detail, remedy }
}
