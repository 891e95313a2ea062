import { type ChildProcess, spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { apiBinary, ended, Output, root } from './process.ts'

/**
 * Nodes with one database, one folder of files, Redis between them and a proxy in front: `load cluster`.
 * `scripts/e2e.sh --nodes` starts the PostgreSQL that they need.
 */
export class Nodes {
  private constructor(
    readonly url: string,
    readonly dataDir: string,
    readonly database: string,
    private readonly child: ChildProcess,
    private readonly output: Output,
  ) {}

  static async start(): Promise<Nodes> {
    const binary = join(dirname(apiBinary()), 'load')
    const count = process.env.E2E_NODES ?? '3'
    const args = ['cluster', '--serve', '--api', apiBinary(), '--nodes', count, '--web', join(root, 'dist')]
    const child = spawn(binary, args, { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] })
    const output = new Output(child)
    // In this order.
    const [[, dataDir], [, database], [, url]] = await Promise.all([
      output.line(/^Data: (.+)/),
      output.line(/^Database: (.+)/),
      output.line(/nodes behind (http:[^;\s]+)/),
    ])
    return new Nodes(url!, dataDir!, database!, child, output)
  }

  /** Kills the oldest node without a word and adds another, which serves when this returns. */
  async replace(): Promise<void> {
    const done = this.output.line(/killed, .* added/)
    this.child.stdin!.write('replace\n')
    await done
  }

  /** Ends all of them. Returns the exit code. */
  stop = () => ended(this.child, 'SIGINT')

  /** What they kept is gone already. */
  forget = async () => undefined
}
