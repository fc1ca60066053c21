/** An enhancement only: every page works without it. «/» puts the cursor into the search field, as on many sites. */
export const script = `'use strict'
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' && event.key !== '.') return
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const target = event.target
  if (target instanceof Element && target.closest('input, textarea, select, [contenteditable]')) return
  // The key of «/» types «.» in the Russian layout.
  if (event.key === '.' && event.code !== 'Slash') return
  const field = document.querySelector('[data-hotkey="/"]')
  if (!(field instanceof HTMLInputElement)) return
  event.preventDefault()
  field.focus()
  field.select()
})
`
