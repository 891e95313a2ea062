import type { ChildProcess } from 'node:child_process'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

export const root = resolve(import.meta.dirname, '../../..')
const startLimit = 60_000
const stopLimit = 15_000

/** The built server. */
export const apiBinary = () => process.env.SPACE_API_BINARY ?? join(root, 'target/debug/api')

/** What a program prints; with SPACE_LOG its errors are shown as well. */
export class Output {
  private readonly said: string[] = []
  private waiting: ((line: string) => void)[] = []

  constructor(private readonly child: ChildProcess) {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      this.said.push(line)
      for (const wait of [...this.waiting]) wait(line)
    })
    createInterface({ input: child.stderr! }).on('line', (line) => {
      this.said.push(line)
      if (process.env.SPACE_LOG) console.error(line)
    })
  }

  /** The next line of this kind. Kills the program when none comes in time. */
  async line(kind: RegExp): Promise<RegExpExecArray> {
    const { child } = this
    return new Promise((found, failed) => {
      const done = () => {
        clearTimeout(timer)
        child.off('error', broken).off('exit', gone)
        this.waiting = this.waiting.filter((one) => one !== wait)
      }
      const fail = (why: string) => {
        done()
        failed(new Error(`${child.spawnfile} ${why}:\n${this.said.join('\n')}`))
      }
      const broken = (error: Error) => fail(`could not be started (${error.message})`)
      const gone = (code: number | null, signal: string | null) => fail(`ended with ${code ?? signal}`)
      const timer = setTimeout(() => {
        child.kill('SIGKILL')
        fail(`did not say ${kind} in time`)
      }, startLimit)
      const wait = (line: string) => {
        const match = kind.exec(line)
        if (!match) return
        done()
        found(match)
      }
      child.once('error', broken).once('exit', gone)
      this.waiting.push(wait)
    })
  }
}

/** Sends the signal and waits until the process is gone. Returns the exit code. */
export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const gone = new Promise<number | null>((done) => child.once('exit', (code) => done(code)))
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), stopLimit)
  const code = await gone
  clearTimeout(timer)
  return code
}
