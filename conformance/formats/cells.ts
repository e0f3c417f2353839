import { compile } from '../../src/equations/index.ts'
import type { Format } from '../cases.ts'
import type { Fields } from '../fields.ts'
import { Network } from '../network.ts'
import { translate } from '../translate.ts'
import { torchTrial } from './torch.ts'

/** Single layers of a cell whose equations stand in the case. */
export const cells: Format = {
  recognises: (raw) => raw.has('config') && raw.object('config').has('equations'),
  nameOf: (raw) => raw.text('name'),
  read(raw) {
    const config = readConfig(raw.object('config'))
    const { rows, steps, carried, output, lossStates } = config
    return torchTrial(raw, {
      rows,
      steps,
      network: () => networkOf(config),
      named: (name, { data }) => [[name, data]],
      inLoss: (final) => lossStates.some((state) => final === `${state}_n`),
      lastStep: carried.includes(output) ? undefined : `${output}_n`,
    })
  },
}

type Config = ReturnType<typeof readConfig>

function readConfig(fields: Fields) {
  const constants = fields.object('constants')
  return {
    equations: fields.texts('equations'),
    carried: fields.texts('carried_states'),
    output: fields.text('output_state'),
    lossStates: fields.texts('loss_states'),
    constants: new Map(constants.names().map((name) => [name, constants.number(name)])),
    input: fields.count('input_size'),
    hidden: fields.count('hidden_size'),
    rows: fields.count('batch'),
    steps: fields.count('steps'),
  }
}

function networkOf(config: Config): Network {
  const { input, hidden } = config
  const network = new Network()
  const step = compile(translate(config)).graph({ input, hidden })
  const sequence = network.layer(step, network.input('x', { extent: 'step', shape: [input] }))
  network.output('output', sequence)
  return network
}
