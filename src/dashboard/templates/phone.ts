import { type Html, html, nothing } from '../frame/html.ts'
import { channelTitle } from '../frame/pieces.ts'

export type Shown = { text: string; buttons?: readonly { text: string }[] | undefined }

/** A message as it stands on the client's phone. */
export function phoneBubble(channel: string, { text, buttons = [] }: Shown): Html {
  return html`<figure class="phone-look ${channel}"><figcaption>${channelTitle(channel)}</figcaption>
<div class="bubble">${text}</div>
${buttons.length === 0 ? nothing : html`<ul class="bubble-buttons">${buttons.map((each) => html`<li>${each.text}</li>`)}</ul>`}</figure>`
}
