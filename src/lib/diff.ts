export type Change = { kind: 'same' | 'added' | 'removed'; text: string }

/** Longer texts are compared line by line: the table of words would grow with the square. */
const mostWords = 2_000

/** What has to change in `before` to make it `after`, by words and the spaces between them. */
export function diffOf(before: string, after: string): Change[] {
  const byWord = (text: string) => text.match(/\s+|[^\s]+/g) ?? []
  const byLine = (text: string) => text.match(/[^\n]*\n|[^\n]+/g) ?? []
  const isLong = byWord(before).length > mostWords || byWord(after).length > mostWords
  return isLong ? changes(byLine(before), byLine(after)) : changes(byWord(before), byWord(after))
}

/** Longest common subsequence. */
function changes(a: readonly string[], b: readonly string[]): Change[] {
  const width = b.length + 1
  const lengths = new Uint16Array((a.length + 1) * width)
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const found: Change[] = []
  const add = (kind: Change['kind'], text: string) => {
    const last = found.at(-1)
    if (last?.kind === kind) last.text += text
    else found.push({ kind, text })
  }
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const [mine, theirs] = [a[i], b[j]]
    if (mine !== undefined && mine === theirs) {
      add('same', mine)
      i += 1
      j += 1
    } else if (theirs === undefined || (mine !== undefined && at(i + 1, j) >= at(i, j + 1))) {
      add('removed', mine ?? '')
      i += 1
    } else {
      add('added', theirs)
      j += 1
    }
  }
  return found
}
