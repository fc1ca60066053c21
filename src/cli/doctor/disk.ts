import { statfs } from 'node:fs/promises'
import { bad, type Finding, good, warning } from '../../lib/finding.ts'

const gigabyte = 1024 ** 3

export async function diskFinding(folder: string): Promise<Finding> {
  const { bavail, blocks, bsize } = await statfs(folder)
  return judgeDisk({ freeBytes: bavail * bsize, totalBytes: blocks * bsize })
}

export function judgeDisk({ freeBytes, totalBytes }: { freeBytes: number; totalBytes: number }): Finding {
  const what = 'Место на диске'
  const detail = `свободно ${(freeBytes / gigabyte).toFixed(1)} ГБ из ${(totalBytes / gigabyte).toFixed(1)}`
  const remedy =
    'Освободите место: старые копии базы, образы (docker image prune), журналы. Полный диск останавливает Postgres, и события получают ответ 503.'
  if (freeBytes < 0.5 * gigabyte) return bad(what, detail, remedy)
  if (freeBytes < 2 * gigabyte || freeBytes < totalBytes * 0.05) return warning(what, detail, remedy)
  return good(what, detail)
}
