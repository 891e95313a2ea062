// Writes `.br` and `.gz` beside every text and wasm file of a folder: `node compress.mjs dist`.
// Files that do not shrink get none.
import { readdir, readFile, writeFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import zlib from 'node:zlib'

const brotli = promisify(zlib.brotliCompress)
const gzip = promisify(zlib.gzip)
const texts = /\.(html|js|mjs|css|wasm|json|svg|txt|ico|webmanifest|map)$/

const folder = process.argv[2]
const totals = { raw: 0, br: 0, gz: 0 }

for (const name of await readdir(folder, { recursive: true })) {
  const path = join(folder, name)
  if (!texts.test(name) || !(await stat(path)).isFile()) continue
  const raw = await readFile(path)
  const [br, gz] = await Promise.all([
    brotli(raw, { params: {
      [zlib.constants.BROTLI_PARAM_QUALITY]: 11,
      [zlib.constants.BROTLI_PARAM_LGWIN]: 24,
      [zlib.constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
    } }),
    gzip(raw, { level: 9 }),
  ])
  if (br.length < raw.length) await writeFile(`${path}.br`, br)
  if (gz.length < raw.length) await writeFile(`${path}.gz`, gz)
  totals.raw += raw.length
  totals.br += Math.min(br.length, raw.length)
  totals.gz += Math.min(gz.length, raw.length)
}

const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`
console.log(`web client: ${kib(totals.raw)}, gzip ${kib(totals.gz)}, brotli ${kib(totals.br)}`)
