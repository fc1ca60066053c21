import type { Channel, ChannelName } from './channel.ts'

export type Entrance = { channel: ChannelName; url: string }

/** The ways into a chat with us, in the order in which messengers are tried. */
export type Entrances = {
  /** One that does not answer at present is left out. */
  linksTo(token: string): Promise<Entrance[]>
}

export function createEntrances(needs: {
  channels: ReadonlyMap<ChannelName, Channel>
  order: readonly ChannelName[]
  forbidden: readonly ChannelName[]
}): Entrances {
  const offered = [...new Set([...needs.order, ...needs.channels.keys()])].flatMap((name) => {
    const channel = needs.forbidden.includes(name) ? undefined : needs.channels.get(name)
    return channel === undefined ? [] : [channel]
  })
  return {
    linksTo: async (token) => {
      const links = await Promise.all(
        offered.map(async (channel) => ({ channel: channel.name, url: await channel.linkTo(token) })),
      )
      return links.flatMap(({ channel, url }) => (url === undefined ? [] : [{ channel, url }]))
    },
  }
}
