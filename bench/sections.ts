import { SluiceError } from '../src/core/errors.ts'
import { type Contender, Entrants, bf16Forms, formsOf } from './contenders.ts'
import { layerContender } from './layer-contenders.ts'
import { layerForms } from './layers.ts'
import { type CellName, type Configuration, cellNames, configurationOf, configurations } from './models.ts'
import type { Options, SectionName } from './options.ts'
import type { Section } from './report.ts'
import type { Rival } from './rivals/rival.ts'
import type { Form } from './sluice/main.ts'

/** A section that is still to be measured. */
export interface PlannedSection extends Pick<Section, 'name' | 'configuration' | 'cell'> {
  contenders(): Promise<readonly Contender[]>
}

/** The sections that are asked for, in order. */
export function plannedSections(options: Options, rivals: readonly Rival[]): readonly PlannedSection[] {
  return options.sections.flatMap((name) => {
    if (name === 'start') return []
    if (name === 'cells') return [cellsSection(options)]
    if (name === 'layers') return [layersSection(options)]
    if (name === 'busy') return [busySection(options)]
    const configuration = configurationOf(name)
    return (options.cells ?? usualCells(name)).map((cell) => ({
      name,
      configuration,
      cell,
      contenders: () => contendersOf(cell, configuration, options, rivals),
    }))
  })
}

/** Cells that a configuration is usually measured with. */
function usualCells(name: SectionName): readonly CellName[] {
  if (name === 'medium') return ['lstm', 'gru', 'peephole_lstm']
  return name === 'small' || name === 'classic' ? ['lstm', 'gru'] : ['lstm']
}

/** Sluice in every form, and everyone else. */
async function contendersOf(
  cell: CellName,
  configuration: Configuration,
  options: Options,
  rivals: readonly Rival[],
): Promise<readonly Contender[]> {
  const entrants = await Entrants.of(cell, configuration)
  const forms = [...formsOf(options), ...(configuration.task === 'training' ? bf16Forms(options) : [])]
  const own = forms.flatMap((form) => {
    const entry = entrants.sluice(form, {})
    if (configuration.task !== 'sampling') return [entry]
    return [entry, entrants.sluice(form, { name: `${entry.name}, run() alone`, bare: true })]
  })
  const others: Contender[] = []
  for (const rival of rivals) others.push(...(await entrants.rival(rival, options.threads)))
  return [...own, ...others]
}

/** The first form: native if it is among them, and one thread unless that is not asked for. */
function firstForm(options: Options): Form {
  return formsOf(options)[0]!
}

/** Every cell of the library against the LSTM, with the least number of threads. */
function cellsSection(options: Options): PlannedSection {
  const configuration = configurationOf('medium')
  const form = firstForm(options)
  const others = (options.cells ?? cellNames).filter((cell) => cell !== 'lstm')
  return {
    name: 'cells',
    configuration,
    cell: 'all',
    async contenders() {
      const contenders: Contender[] = []
      for (const cell of ['lstm', ...others] as const) {
        const role = cell === 'lstm' ? 'baseline' : 'entry'
        contenders.push(await cellContender(cell, configuration, form, role))
      }
      return contenders
    },
  }
}

async function cellContender(
  cell: CellName,
  configuration: Configuration,
  form: Form,
  role: 'entry' | 'baseline',
): Promise<Contender> {
  try {
    return (await Entrants.of(cell, configuration)).sluice(form, { name: cell, role })
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return absent(cell, form, error.message)
  }
}

/** A cell that cannot be a layer of so many units and nothing else. */
function absent(name: string, { threads, runtime }: Form, missing: string): Contender {
  const command = { missing }
  return {
    name,
    role: 'entry',
    threads,
    engine: runtime,
    command,
    flops: 0,
    tokens: 0,
    complaint: () => undefined,
  }
}

/** Every form of one layer against the plain one, with the least number of threads. */
function layersSection(options: Options): PlannedSection {
  const configuration = { ...configurationOf('medium'), layers: 1 }
  const engine = firstForm(options)
  return {
    name: 'layers',
    configuration,
    cell: 'lstm',
    contenders: () => Promise.all(layerForms.map((form) => layerContender(form, configuration, engine))),
  }
}

/** Whether a second thread does harm when something else needs its core. */
function busySection(options: Options): PlannedSection {
  const configuration = configurations.find(({ name }) => name === 'medium')!
  const { isa, runtime } = firstForm(options)
  const form = (threads: number): Form => ({ runtime, isa, threads })
  return {
    name: 'busy',
    configuration,
    cell: 'lstm',
    async contenders() {
      const entrants = await Entrants.of('lstm', configuration)
      return [
        entrants.sluice(form(1), { name: '1 thread alone', role: 'baseline' }),
        entrants.sluice(form(2), { name: '2 threads alone' }),
        entrants.sluice(form(1), { name: '1 thread beside another', busy: true }),
        entrants.sluice(form(2), { name: '2 threads beside another', busy: true }),
      ]
    },
  }
}
