import type { DeliveryState, Engagement, Reason } from './delivery.ts'

/** What became of a message, in the words of operators: on the pages and in the tables they take away. */
export const stateTitles: Record<DeliveryState, string> = {
  queued: 'в очереди',
  waiting: 'ждёт',
  sending: 'отправляется',
  sent: 'отправлено',
  delivered: 'доставлено',
  unknown: 'неизвестно',
  failed: 'не дошло',
  skipped: 'не отправлялось',
}

/** A reason in two or three words; cause and advice are in deliveries/reasons.ts. */
export const reasonWords: Record<Reason, string> = {
  no_contact: 'мессенджер не подключён',
  no_consent: 'нет согласия',
  opted_out: 'клиент отказался',
  blocked: 'бот заблокирован',
  not_found: 'чат не найден',
  channel_off: 'канал выключен',
  channel_forbidden: 'запрещено законом',
  expired: 'срок вышел',
  superseded: 'есть новость свежее',
  too_late: 'событие устарело',
  test_mode: 'тестовое событие',
  not_team: 'режим «команда»',
  rejected_by_channel: 'мессенджер отклонил',
  template_error: 'ошибка в шаблоне',
  rate_limited: 'лимит мессенджера',
  network: 'нет связи',
  channel_down: 'мессенджер не работает',
  config: 'канал настроен неверно',
  erased: 'данные удалены',
}

export const engagementWords: Record<Engagement, string> = {
  read: 'прочитано',
  tapped: 'клиент нажал на ссылку или кнопку',
  replied: 'клиент ответил',
}
