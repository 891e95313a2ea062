import type { Page } from '@playwright/test'

interface Entry {
  name: string
  ph: string
  pid: number
  tid: number
  ts: number
  dur?: number
  args: { name?: string }
}

/**
 * Where the browser's threads spend their time while `work` runs, in milliseconds a thread and kind of work, without what
 * is nested in it; what takes least is left out.
 */
export async function traced<T>(page: Page, work: () => Promise<T>): Promise<{ spent: [string, number][]; took: T }> {
  const cdp = await page.context().newCDPSession(page)
  const entries: Entry[] = []
  cdp.on('Tracing.dataCollected', ({ value }) => entries.push(...(value as unknown as Entry[])))
  const categories = ['devtools.timeline', 'cc', 'viz', 'gpu', 'blink', 'toplevel', 'v8.execute']
  await cdp.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: categories } })
  const took = await work()
  const done = new Promise((resolve) => cdp.once('Tracing.tracingComplete', resolve))
  await cdp.send('Tracing.end')
  await done
  const names = new Map<string, string>()
  const threads = new Map<string, Entry[]>()
  for (const entry of entries) {
    const thread = `${entry.pid}.${entry.tid}`
    if (entry.name === 'thread_name') names.set(thread, entry.args.name ?? '')
    if (entry.ph !== 'X') continue
    const list = threads.get(thread) ?? []
    list.push(entry)
    threads.set(thread, list)
  }
  const spent = new Map<string, number>()
  const add = (what: string, ms: number) => spent.set(what, (spent.get(what) ?? 0) + ms)
  for (const [thread, list] of threads) {
    // Longer ones first where two begin together: they are around the others.
    list.sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0))
    const around: Entry[] = []
    for (const entry of list) {
      while (around.length && around.at(-1)!.ts + (around.at(-1)!.dur ?? 0) <= entry.ts) around.pop()
      const name = names.get(thread) ?? thread
      const ms = (entry.dur ?? 0) / 1000
      add(`${name}: ${entry.name}`, ms)
      const outer = around.at(-1)
      if (outer) add(`${name}: ${outer.name}`, -ms)
      around.push(entry)
    }
  }
  const sorted = [...spent].sort(([, a], [, b]) => b - a)
  return { spent: sorted.slice(0, 25), took }
}
