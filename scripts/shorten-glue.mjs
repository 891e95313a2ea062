// Makes what wasm-bindgen writes shorter. It names an import by what it does and a hash, in the module
// and in its script: that is nearly a tenth of what a browser fetches first of the script.
import { exports, imports, renameExports, renameImports } from './wasm-sections.mjs'

const MODULE = './web_bg.js'
// wasm-streams has them exported for JavaScript; here nobody makes one.
const UNUSED = /^(__wbg_)?intounderlying/
const UNUSED_CLASSES = /^export class IntoUnderlying\w+ \{[\s\S]*?^\}\n(if \(Symbol\.dispose\).*\n)?|^const IntoUnderlying\w+ = [\s\S]*?;\n/gm
const IMPORT = /^ {8}(__wb\w+): (function[\s\S]*?^ {8}\}.*),\n/gm

/** Without the exports that nobody uses, and so what only they need. Before wasm-opt. */
export const dropUnused = (wasm) => renameExports(wasm, (name) => (UNUSED.test(name) ? undefined : name))

/** Short names, the same ones in both: `{ wasm, js }`. After wasm-opt. */
export function shorten(wasm, js) {
  const wanted = new Set(imports(wasm).filter(({ module }) => module === MODULE).map(({ name }) => name))
  const names = new Map()
  const bodies = new Map()
  // What does the same has one name.
  js = js.replace(UNUSED_CLASSES, '').replace(IMPORT, (_, name, body) => {
    if (!wanted.has(name)) return ''
    const known = bodies.get(body)
    names.set(name, known ?? `a${bodies.size.toString(36)}`)
    if (known !== undefined) return ''
    bodies.set(body, names.get(name))
    return `${names.get(name)}: ${body},\n`
  })
  for (const name of wanted) if (!names.has(name)) throw new Error(`the script of the client lacks ${name}`)
  wasm = renameImports(wasm, MODULE, (name) => names.get(name))
  const long = exports(wasm).filter((name) => name.startsWith('wasm_bindgen_'))
  const short = new Map(long.map((name, at) => [name, `b${at.toString(36)}`]))
  wasm = renameExports(wasm, (name) => short.get(name) ?? name)
  js = js.replace(/\bwasm_bindgen_\w+/g, (name) => short.get(name) ?? name)
  return { wasm, js: js.replace(/\/\*\*[\s\S]*?\*\//g, '').replace(/^\s*(\/\/.*)?\n?/gm, '') }
}
