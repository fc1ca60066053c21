import type { ChatMessage, InlineButton, KeyboardButton, Person, World } from './world.ts'

/** Every client's chat as his phone would show it; the page renews itself while nobody types in it. */
export function page(world: World): string {
  const phones = [...world.people.values()].map(phone).join('')
  return `<!doctype html>
<html lang="ru">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Эмулятор Telegram</title>
<style>${style}</style>
<h1>Эмулятор Telegram</h1>
<p>Так сообщения видят клиенты. Получено сообщений: ${world.received.length}.</p>
<main>${phones || '<p>Пока никто не написал боту.</p>'}</main>
<script>${script}</script>
</html>`
}

function phone(person: Person): string {
  const { firstName, lastName } = person.who
  const name = escapeHtml(lastName === undefined ? firstName : `${firstName} ${lastName}`)
  const state = person.isDeactivated ? 'аккаунт удалён' : states[person.relation]
  return `<section aria-label="${name}"><h2>${name}</h2><p class="state">№ ${person.id}, ${state}</p>
<ol>${person.chat
    .slice(-50)
    .map((message) => bubble(person, message))
    .join('')}</ol>
${keys(person)}${acts(person)}</section>`
}

const states: Record<Person['relation'], string> = {
  stranger: 'бота не запускал',
  member: 'бот запущен',
  kicked: 'бот заблокирован',
}

function bubble(person: Person, message: ChatMessage): string {
  const time = message.at.toLocaleTimeString('ru-RU', { timeZone: 'Europe/Moscow', hour: '2-digit', minute: '2-digit' })
  const photo = message.photo === undefined ? '' : '<p class="photo">фото</p>'
  const rows = message.buttons.map(
    (row) => `<div class="row">${row.map((button) => inline(person, button)).join('')}</div>`,
  )
  const text = escapeHtml(message.text || 'контакт')
  return `<li class="${message.from}">${photo}<p dir="auto">${text}</p><time>${time} МСК</time>${rows.join('')}</li>`
}

function inline(person: Person, button: InlineButton): string {
  const text = escapeHtml(button.text)
  if (button.kind === 'link') return `<a href="${escapeHtml(button.url)}" target="_blank" rel="noopener">${text}</a>`
  return form(person, 'press', `<button name="button" value="${text}">${text}</button>`)
}

function keys(person: Person): string {
  const one = ({ text }: KeyboardButton) =>
    form(person, 'press', `<button name="button" value="${escapeHtml(text)}">${escapeHtml(text)}</button>`)
  return person.keyboard.map((row) => `<div class="row keys">${row.map(one).join('')}</div>`).join('')
}

function acts(person: Person): string {
  const say = '<input name="text" aria-label="Сообщение" placeholder="Сообщение" required><button>Отправить</button>'
  const toggle = person.relation === 'kicked' ? ['unblock', 'Разблокировать'] : ['block', 'Заблокировать']
  return `<footer>${form(person, 'say', say)}${form(person, 'start', '<button>Запустить</button>')}${form(
    person,
    toggle[0] ?? '',
    `<button>${toggle[1]}</button>`,
  )}</footer>`
}

function form(person: Person, act: string, content: string): string {
  return `<form method="post" action="/emulator/persons/${person.id}/${act}">${content}</form>`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

const style = `
body { font: 16px/1.4 system-ui, sans-serif; margin: 1rem; background: #eef1f4; color: #17212b }
main { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start }
section { width: 22rem; background: #d5e3d0; border-radius: 1rem; padding: .75rem; box-sizing: border-box }
h2 { font-size: 1.05rem; margin: 0 } .state { margin: 0 0 .5rem; font-size: .85rem; color: #44525f }
ol { list-style: none; margin: 0; padding: 0; max-height: 30rem; overflow-y: auto }
li { background: #fff; border-radius: .75rem; padding: .5rem .75rem; margin: .4rem 2.5rem .4rem 0 }
li.person { background: #c9f0b6; margin: .4rem 0 .4rem 2.5rem }
li p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere } time { font-size: .75rem; color: #5a6772 }
.row { display: flex; gap: .25rem; margin-top: .25rem } .row > * { flex: 1; text-align: center }
.row a, .row button { display: block; width: 100%; box-sizing: border-box; padding: .35rem; border: 0; border-radius: .5rem;
  background: #3d7fb5; color: #fff; font: inherit; text-decoration: none; cursor: pointer }
footer { display: flex; flex-wrap: wrap; gap: .25rem; margin-top: .5rem } input { width: 11rem; font: inherit }
`

const script = `
setInterval(async () => {
  if (document.activeElement?.value) return
  const fresh = new DOMParser().parseFromString(await (await fetch('/')).text(), 'text/html')
  document.querySelector('main').replaceWith(fresh.querySelector('main'))
  for (const chat of document.querySelectorAll('ol')) chat.scrollTop = chat.scrollHeight
}, 1000)
`
