const titles: Record<string, string> = { '1c': '1С', vtorium: 'VTORIUM' }

export function sourceTitle(source: string): string {
  return titles[source] ?? source
}
