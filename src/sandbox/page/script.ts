/** An enhancement only: without it every act loads the page anew. Parts marked `data-live` renew themselves child by child. */
export const script = `'use strict'
const complaint = document.getElementById('complaint')
let isDown = false
const show = (text, isAnswer) => {
  const fresh = new DOMParser().parseFromString(text, 'text/html')
  // Another phone than the one on the screen: its page is another.
  if (fresh.body.dataset.chat !== document.body.dataset.chat) return false
  // What was wrong with the last act stands until the next one.
  if (isAnswer || isDown) renew(complaint, fresh.getElementById('complaint'))
  isDown = false
  for (const part of document.querySelectorAll('[data-live]')) {
    const now = fresh.getElementById(part.id)
    if (now) renew(part, now)
  }
  return true
}

// What the server says as it said it before stays, with its focus and its choice. Asked of the last answer and not of
// the page, which extensions of the browser change as well.
const markup = (node) => node.outerHTML ?? node.textContent
const said = new Map([...document.querySelectorAll('[data-live]')].map((part) => [part, [...part.childNodes].map(markup)]))
const renew = (part, now) => {
  const before = said.get(part) ?? []
  const fresh = [...now.childNodes]
  said.set(part, fresh.map(markup))
  fresh.forEach((node, index) => {
    const old = part.childNodes[index]
    if (!old) part.append(node)
    else if (before[index] !== said.get(part)[index]) old.replaceWith(node)
  })
  while (part.childNodes.length > fresh.length) part.lastChild.remove()
}

const down = () => {
  if (isDown) return
  isDown = true
  const words = document.createElement('p')
  words.className = 'complaint'
  words.textContent = 'Эмулятор не отвечает. Возможно, он остановлен.'
  complaint.replaceChildren(words)
}

const address = () => '/' + (document.body.dataset.chat ? '?' + new URLSearchParams({ chat: document.body.dataset.chat }) : '')
let isBusy = false
setInterval(async () => {
  if (isBusy || document.hidden) return
  isBusy = true
  try {
    const answer = await fetch(address())
    const wasNobody = document.body.dataset.chat === ''
    if (!show(await answer.text(), false) && wasNobody) location.assign('/')
  } catch {
    down()
  } finally {
    isBusy = false
  }
}, 700)

document.addEventListener('submit', async (event) => {
  event.preventDefault()
  const form = event.target
  const body = new URLSearchParams(new FormData(form, event.submitter))
  try {
    const answer = await fetch(form.action, { method: 'POST', body })
    if (!show(await answer.text(), true)) location.assign(answer.redirected ? answer.url : '/')
    else if (answer.ok && !form.matches('.fault-form')) form.reset()
  } catch {
    down()
  }
})
`
