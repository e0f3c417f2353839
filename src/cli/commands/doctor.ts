import { Command } from 'commander'
import { type Examined, type ExaminedRuntime, examine } from '../examine.ts'
import { type RuntimeFlags, option, whole } from '../options.ts'
import { openOutput } from '../output.ts'
import { plural } from '../view/format.ts'
import { table } from '../view/table.ts'

/** `sluice doctor`. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('show what runs on this machine, and why')
    .description('Shows what runs on this machine and why, and checks each runtime against float64.')
    .addOption(option('--threads <n>', 'threads', whole('--threads', 1, 1024), 'as many as cores'))
    .addOption(option('--isa <name>', 'instruction set of native', undefined, "the processor's best"))
    .option('--json', 'one JSON object')
    .action(async (flags: Pick<RuntimeFlags, 'threads' | 'isa'> & { readonly json?: boolean }) => {
      const output = openOutput(flags)
      const found = await examine(flags)
      if (output.json) output.record(found)
      else output.print(doctorLines(found))
    })
}

/** The findings for people. */
function doctorLines(found: Examined): readonly string[] {
  const { version, node, platform, processor, cores, compiler, auto, runtimes } = found
  return [
    ...table([
      ['sluice', version],
      ['Node', `${node} on ${platform}`],
      ['processor', `${processor}, ${plural(cores, 'core')}`],
      [
        'C++ compiler',
        compiler ? `${compiler.version} (${compiler.command})` : 'none; the native runtime needs one',
      ],
    ]),
    '',
    ...table(runtimes.map((runtime) => [runtime.name, runtimeText(runtime)])),
    '',
    auto
      ? `auto takes ${auto}: ${autoReason(found)}`
      : 'no fast runtime works here; --runtime reference is slow, but works',
  ]
}

function runtimeText({ works, reason, isa, sets, threads = 1, error = 0, exact }: ExaminedRuntime): string {
  if (!works) return `does not work. ${reason}`
  const others = sets && sets.length > 1 ? ` (of ${sets.join(', ')})` : ''
  const machine = `${isa}${others}, ${plural(threads, 'thread')}`
  if (isa === 'float64') return `${machine}: the slow oracle`
  return `${machine}; differs from float64 by ${error.toExponential(1)}${exact ? ', as float32 must' : ': TOO MUCH, please report it'}`
}

function autoReason({ auto, runtimes }: Examined): string {
  const others = runtimes.filter(({ works, name }) => works && name !== 'reference')
  return others.length > 1
    ? 'it is the fastest that works here'
    : `${auto === 'native' ? 'wasm' : 'native'} does not work here`
}
