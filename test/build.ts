import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'

/*
 * The tests and the programs that they start run as JavaScript that was made once for the whole run: with a loader that
 * translates in each of some 250 processes, most of the run was spent on it (3.0 s of CPU for one that loads the service,
 * 0.95 s so; Node 20, two cores).
 */

const root = fileURLToPath(new URL('..', import.meta.url))

export type Built = {
  /** Where the JavaScript of a source file stands. */
  of(source: string): string
  /** The source file of what stands there; the runner names the one or the other. */
  source(path: string): string
  folder: string
  remove(): Promise<void>
}

export async function buildTests(files: readonly string[]): Promise<Built> {
  const cache = join(root, 'node_modules', '.cache', 'vestnik-tests')
  await mkdir(cache, { recursive: true })
  await removeForgotten(cache)
  const folder = await mkdtemp(join(cache, 'run-'))
  await build({
    absWorkingDir: root,
    entryPoints: [...files.map((file) => relative(root, file)), ...(await programs())],
    outdir: folder,
    outbase: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'linked',
    logLevel: 'warning',
    plugins: [whereTheSourceStands],
  })
  return {
    folder,
    of: (source) => join(folder, relative(root, source).replace(/\.ts$/, '.js')),
    source: (path) => (path.startsWith(folder) ? join(root, relative(folder, path).replace(/\.js$/, '.ts')) : path),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** What a test starts as a process: each `main.ts`, and what may be read before it. */
async function programs(): Promise<string[]> {
  const all = await readdir(join(root, 'src'), { recursive: true, withFileTypes: true })
  const mains = all
    .filter((each) => each.name === 'main.ts')
    .map((each) => relative(root, join(each.parentPath, each.name)))
  return [...mains, 'test/chaos/clock.ts']
}

/** Files are found relative to the source that names them (migrations, samples), not to where its JavaScript came to stand. */
const whereTheSourceStands: Plugin = {
  name: 'where-the-source-stands',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      if (!text.includes('import.meta.')) return undefined
      const contents = text
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
      return { contents, loader: 'ts' }
    })
  },
}

/** Of runs that were killed. */
async function removeForgotten(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const folder = join(cache, name)
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Date.now() }))
    if (Date.now() - mtimeMs > 24 * 60 * 60_000) await rm(folder, { recursive: true, force: true })
  }
}
