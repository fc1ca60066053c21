/** One line that grows on a terminal; in a file or a pipe a line every tenth. */
export function progressBar(out: NodeJS.WriteStream): { show(done: number, of: number): void; end(): void } {
  const startedAt = performance.now()
  let lastTenth = -1
  let isShown = false
  return {
    show(done, of) {
      const share = of === 0 ? 1 : done / of
      const perSecond = Math.round(done / Math.max(0.001, (performance.now() - startedAt) / 1000))
      const words = `${Math.floor(share * 100)} %  ${done} из ${of}  ${perSecond}/с`
      const tenth = Math.floor(share * 10)
      if (out.isTTY) {
        const filled = Math.round(share * 30)
        out.write(`\r[${'#'.repeat(filled)}${'.'.repeat(30 - filled)}] ${words}   `)
        isShown = true
      } else if (tenth !== lastTenth) {
        lastTenth = tenth
        out.write(`${words}\n`)
      }
    },
    end() {
      if (isShown) out.write('\n')
    },
  }
}
