/** What the bot says. Read by clients: plain Russian, short. */

export type Brand = { companyName: string | undefined }

/** The service consent as the client sees it. Its hash is kept with the answer (152-ФЗ: the text shown, when, where). */
export function consentWording({ companyName }: Brand): string {
  const company = companyName === undefined ? 'площадке по приёму лома' : `компании «${companyName}»`
  return (
    `Я даю ${company} согласие на обработку моих персональных данных: имени, номера телефона, идентификатора в мессенджере, ` +
    'сведений о сданном ломе и выплатах. Цель: сообщать мне о приёме лома и о выплатах в этом чате. ' +
    'Согласие действует, пока я не отзову его командой /stop.'
  )
}

/** A consent of its own (38-ФЗ, ст. 18): never in one question with the other. */
export function advertisingWording({ companyName }: Brand): string {
  const company = companyName === undefined ? 'площадки по приёму лома' : `компании «${companyName}»`
  return (
    `Я согласен получать от ${company} рекламу в этом чате: об акциях, ценах, бонусах и поздравления. Это согласие отдельное: ` +
    'сообщения о моих выплатах от него не зависят. Оно действует, пока я не отзову его командой /noads.'
  )
}

export type QuestionAbout = {
  sum: string | undefined
  number: string | undefined
  branch: string | undefined
  phone: string | undefined
  site: string | undefined
}

export const buttons = {
  agree: { text: 'Согласен', payload: 'consent:yes' },
  refuse: { text: 'Не сейчас', payload: 'consent:no' },
  sharePhone: 'Отправить мой номер',
  stop: { text: 'Отписаться', payload: 'consent:stop' },
  agreeAdvertising: { text: 'Да, присылайте', payload: 'ads:yes' },
  refuseAdvertising: { text: 'Нет, только о выплатах', payload: 'ads:no' },
  wantAdvertising: { text: 'Получать акции и новости', payload: 'ads:ask' },
  stopAdvertising: { text: 'Не присылать рекламу', payload: 'ads:stop' },
} as const

export const texts = {
  welcome: ({ companyName }: Brand) =>
    `Здравствуйте! Это бот ${companyName === undefined ? 'площадки по приёму лома' : `компании «${companyName}»`}. ` +
    'Сюда приходят сообщения о приёме вашего лома и о выплатах.',
  consentQuestion: (wording: string) => `Чтобы присылать сообщения, нужно ваше согласие:\n\n${wording}`,
  askPhone: `Спасибо! Остался один шаг: нажмите кнопку «${'Отправить мой номер'}» внизу, чтобы мы узнали вас. Нет кнопки — напишите номер сюда.`,
  refused: 'Хорошо, сообщений не будет. Если передумаете, отправьте /start.',
  linked:
    'Готово! Теперь сообщения о ваших выплатах будут приходить сюда. Отказаться можно в любой момент командой /stop.',
  alreadyLinked: 'Вы уже подключены: сообщения о выплатах приходят в этот чат. Отказаться можно командой /stop.',
  foreignContact:
    'Это не ваш номер. Нажмите кнопку «Отправить мой номер» внизу: так мы убедимся, что сообщения о деньгах получите именно вы.',
  badPhone: 'Этот номер не удалось разобрать. Обратитесь на площадку, где вы сдавали лом.',
  stopped: 'Вы отписаны, сообщений больше не будет. Чтобы подписаться снова, отправьте /start.',
  notLinked: 'Этот чат не подключён. Отправьте /start.',
  advertisingQuestion: (wording: string) =>
    `Присылать вам ещё и новости об акциях и ценах? Это по желанию: о выплатах мы сообщим в любом случае.\n\n${wording}`,
  advertisingAgreed: 'Спасибо! Будем присылать и новости. Отказаться от них можно в любой момент командой /noads.',
  advertisingRefused: 'Хорошо, только о выплатах.',
  advertisingStopped: 'Рекламы больше не будет. Сообщения о ваших выплатах остаются; отказаться и от них — /stop.',
  understood: 'Спасибо, мы видим, что вы получили сообщение.',
  question: ({ sum, number, branch, phone, site }: QuestionAbout) => {
    const place = branch === undefined ? 'на площадку, где вы сдавали лом' : `на площадку «${branch}»`
    const named = [number === undefined ? '' : `документ ${number}`, sum === undefined ? '' : `сумму ${sum}`]
    const names = named.filter(Boolean).join(' и ')
    return [
      phone === undefined ? `Обратитесь ${place}.` : `Позвоните ${place}: ${phone}.`,
      names === '' ? '' : `Назовите ${names}: так вашу выплату найдут быстрее.`,
      site === undefined ? '' : `Сайт: ${site}`,
    ]
      .filter(Boolean)
      .join('\n')
  },
  tooMuch: 'Подождите минуту: вопросов слишком много сразу. Отписаться можно в любой момент командой /stop.',
  noted: 'Спасибо, передали. Если ждёте ответа, нажмите «Задать вопрос».',
  help: 'Сюда приходят сообщения о приёме лома и выплатах.\n/start — подключиться\n/stop — отписаться\n/noads — не присылать рекламу',
} as const
