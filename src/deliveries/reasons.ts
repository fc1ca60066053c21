import { type Reason, reasons } from './delivery.ts'

/** For each message that did not arrive: one plain cause and one advice (promise 7). */
export const reasonTexts: Record<Reason, { cause: string; advice: string }> = {
  no_contact: {
    cause: 'Клиент не подключил ни одного мессенджера.',
    advice: 'Дайте клиенту ссылку или QR-код на бота и попросите нажать «Начать».',
  },
  no_consent: {
    cause: 'Нет согласия клиента на такие сообщения.',
    advice: 'Попросите клиента дать согласие в боте или передайте согласие из учётной системы.',
  },
  opted_out: {
    cause: 'Клиент отказался от сообщений.',
    advice: 'Сообщите о выплате по телефону. Подписаться снова клиент может сам, написав боту.',
  },
  blocked: {
    cause: 'Клиент заблокировал бота.',
    advice: 'Попросите клиента разблокировать бота и нажать «Начать».',
  },
  not_found: {
    cause: 'Мессенджер не знает такого чата: аккаунт удалён или клиент не начинал разговор с ботом.',
    advice: 'Попросите клиента открыть бота по ссылке и нажать «Начать».',
  },
  channel_off: { cause: 'Канал отправки выключен.', advice: 'Включите канал: задайте его токен в настройках сервиса.' },
  channel_forbidden: {
    cause: 'Через этот мессенджер такие сообщения отправлять нельзя по закону.',
    advice: 'Попросите клиента подключить MAX или ВКонтакте.',
  },
  expired: {
    cause: 'Сообщение не удалось доставить вовремя, и оно устарело.',
    advice: 'Позвоните клиенту и проверьте, работает ли канал отправки.',
  },
  superseded: {
    cause: 'К этому моменту клиенту уже пришло более новое известие о той же операции.',
    advice: 'Ничего делать не нужно.',
  },
  too_late: {
    cause: 'Событие слишком старое, чтобы быть новостью.',
    advice: 'Проверьте дату в учётной системе. Если клиенту важно знать, сообщите ему сами.',
  },
  test_mode: { cause: 'Это тестовое событие, клиентам такие не отправляются.', advice: 'Ничего делать не нужно.' },
  not_team: {
    cause: 'Сервис отправляет только сотрудникам: включён режим «команда».',
    advice: 'Когда проверка закончена, задайте SEND_MODE=live.',
  },
  rejected_by_channel: {
    cause: 'Мессенджер отклонил само сообщение.',
    advice: 'Посмотрите ответ мессенджера в попытках и проверьте шаблон.',
  },
  template_error: {
    cause: 'Сообщение не удалось составить по шаблону.',
    advice: 'Исправьте шаблон и отправьте снова.',
  },
  rate_limited: {
    cause: 'Мессенджер просит слать реже; сообщение ждёт своей очереди.',
    advice: 'Ничего делать не нужно: отправка продолжится сама.',
  },
  network: {
    cause: 'До мессенджера нет связи; сообщение ждёт.',
    advice: 'Проверьте сеть и прокси сервера. Отправка продолжится сама.',
  },
  channel_down: {
    cause: 'Мессенджер временно не работает; сообщение ждёт.',
    advice: 'Ничего делать не нужно: отправка продолжится сама.',
  },
  config: {
    cause: 'Канал настроен неверно: мессенджер не принимает токен или запрос сервиса.',
    advice: 'Проверьте токен канала командой doctor. После исправления отправка продолжится сама.',
  },
  erased: { cause: 'Данные клиента удалены по его требованию.', advice: 'Ничего делать не нужно.' },
}

/** Who is to mend it: we ourselves, the client, or somebody at the counter who connects him. */
export const sides = ['ours', 'theirs', 'unreachable'] as const
export type Side = (typeof sides)[number]

/** What did not arrive and should have; of the other reasons nobody has to do anything. */
export const sideOf: Record<Reason, Side | null> = {
  no_contact: 'unreachable',
  no_consent: 'unreachable',
  channel_forbidden: 'unreachable',
  opted_out: 'theirs',
  blocked: 'theirs',
  not_found: 'theirs',
  channel_off: 'ours',
  expired: 'ours',
  rejected_by_channel: 'ours',
  template_error: 'ours',
  rate_limited: 'ours',
  network: 'ours',
  channel_down: 'ours',
  config: 'ours',
  superseded: null,
  too_late: null,
  test_mode: null,
  not_team: null,
  erased: null,
}

export function reasonsOf(side: Side): Reason[] {
  return reasons.filter((each) => sideOf[each] === side)
}
