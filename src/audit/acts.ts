/** Everything that somebody can do or look at, in the words of the audit log. A new act is one line here. */
export const acts = {
  'login.in': 'Вход',
  'login.wrong': 'Неверный пароль',
  'login.locked': 'Вход закрыт после неудачных попыток',
  'login.out': 'Выход',
  'password.change': 'Смена своего пароля',
  'user.create': 'Новый пользователь',
  'user.change': 'Изменение пользователя',
  'user.password': 'Новый пароль пользователю',
  'look.today': 'Просмотр страницы «Сегодня»',
  'look.journal': 'Просмотр журнала',
  'look.search': 'Поиск клиента или документа',
  'look.client': 'Просмотр карточки клиента',
  'look.event': 'Просмотр события',
  'look.dead': 'Просмотр недоставленного',
  'look.settings': 'Просмотр настроек',
  'look.audit': 'Просмотр журнала действий',
  'journal.export': 'Выгрузка журнала',
  'delivery.resend': 'Повторная отправка',
  'delivery.replay': 'Повторная отправка по списку',
  'queue.pause': 'Пауза очереди',
  'queue.drain': 'Остановка приёма в очередь',
  'queue.resume': 'Пуск очереди',
  'test.send': 'Проверочное сообщение сотруднику',
  'template.draft': 'Черновик шаблона',
  'template.publish': 'Публикация шаблона',
  'template.rollback': 'Возврат текста шаблона',
  'template.drop': 'Удаление черновика',
  'source.change': 'Изменение профиля источника',
  'infobase.confirm': 'Подтверждение базы',
  'infobase.refuse': 'Отклонение базы',
  'branch.change': 'Изменение площадки',
  'key.create': 'Выпуск ключа',
  'key.revoke': 'Отзыв ключа',
  'key.rotate': 'Замена ключа',
  'alerts.change': 'Изменение получателей тревог',
  'webhook.change': 'Изменение исходящего вебхука',
  'client.link': 'Ссылка для подключения клиента',
  'client.code': 'Код для подключения клиента',
  'client.unlink': 'Отключение мессенджера клиента',
  'client.merge': 'Объединение клиентов',
  'client.erase': 'Уничтожение данных клиента',
  'question.answer': 'Ответ на вопрос клиента',
  'question.close': 'Закрытие вопроса клиента',
  'retention.change': 'Изменение сроков хранения',
  'digest.change': 'Изменение сводки владельцу',
  'digest.stop': 'Отключение сводки владельцу',
  'holdout.change': 'Изменение контрольной группы',
} as const

export type Act = keyof typeof acts

/** Guarantee: the table is a constant of this file and has no other keys. */
export const actNames = Object.keys(acts) as [Act, ...Act[]]

export const outcomes = ['done', 'refused', 'denied', 'failed'] as const
export type ActOutcome = (typeof outcomes)[number]

export const outcomeTitles: Record<ActOutcome, string> = {
  done: 'сделано',
  refused: 'не выполнено',
  denied: 'нет прав',
  failed: 'ошибка',
}

/** What an answer's status says of the act. */
export function outcomeOf(status: number): ActOutcome {
  if (status < 400) return 'done'
  if (status === 401 || status === 403) return 'denied'
  return status < 500 ? 'refused' : 'failed'
}
