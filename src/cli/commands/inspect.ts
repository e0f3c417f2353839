import { writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import { SluiceError } from '../../core/errors.ts'
import { modelFrom, taskOf } from '../../interop/index.ts'
import { type Text, textFrom } from '../../data/index.ts'
import { type EditFlags, addEditOptions, editsFrom } from '../edits.ts'
import { type Inspection, inspectModel } from '../inspection.ts'
import { writeTable } from '../inspection-table.ts'
import { readLabels } from '../labels.ts'
import { type ModelFlags, type OpenedModel, addLastOption, openStored } from '../open-model.ts'
import { openText } from '../open-text.ts'
import {
  type OutputFlags,
  type RuntimeFlags,
  addOutputOptions,
  addRuntimeOptions,
  gathered,
  numberOr,
  option,
  runtimeFor,
  whole,
} from '../options.ts'
import { addFormatOptions } from '../task/format-options.ts'
import type { DataFormat } from '../task/formats.ts'
import { inspecting, requireHeeded } from '../task/heeded.ts'
import { type Output, openOutput } from '../output.ts'
import { modelText, textNotes } from '../train-words.ts'
import { plural } from '../view/format.ts'
import { inspectionLines } from '../view/inspection.ts'
import { inspectionPage } from '../view/inspection-page.ts'
import { widthOf } from '../view/screen.ts'
import { wantsColour } from '../view/style.ts'

/** Everything that `sluice inspect` takes. */
export interface InspectFlags extends RuntimeFlags, OutputFlags, ModelFlags, EditFlags {
  readonly text?: string
  readonly file?: string
  readonly keepCr?: boolean
  readonly encoding?: string
  readonly format?: DataFormat
  readonly delimiter?: string
  readonly steps?: number
  readonly unit?: string
  readonly detect?: boolean
  readonly pattern?: readonly string[]
  readonly labels?: readonly string[]
  readonly memory?: boolean
  readonly saliency?: number | 'last'
  readonly symbol?: string
  readonly unitLosses?: string
  readonly html?: string
  readonly parquet?: string
}

/** Symbols that are read, at most; the search for detectors takes twice as long for one more. */
export const usualSteps = 2 ** 14

/** `sluice inspect`. */
export function inspectCommand(): Command {
  const command = new Command('inspect')
    .summary('look at what the units of a model do on a text')
    .description(
      'Runs a model over a text and shows what its units do: the text coloured by one of them, units that tell where ' +
        'a text is in quotes, in a line, in a word, and how often its gates are open; with interventions, what the changed ' +
        'model does. Without a terminal or with ' +
        'NO_COLOR, bars stand under the text in place of colours.',
    )
    .argument('[model]', 'a run directory or a model file; without it, the latest run')
  addLastOption(command)
  command
    .optionsGroup('Text:')
    .addOption(option('--text <text>', 'the text'))
    .addOption(option('--file <path>', 'the file of the text, or a table as in training'))
  addFormatOptions(command)
  command
    .addOption(option('--steps <n>', 'symbols of the text to read, at most', whole('--steps', 1), usualSteps))
    .addOption(option('--keep-cr', 'keep the carriage returns of CRLF line ends, as a run trained so does'))
    .addOption(option('--encoding <label>', 'of the text, such as latin1', undefined, 'utf-8'))
    .optionsGroup('Units:')
    .addOption(option('--unit <name>', 'the unit to colour by: LAYER.NAME.UNIT, such as 0.h.3'))
    .addOption(option('--detect', 'search all states for units that tell something about the text'))
    .addOption(
      option(
        '--pattern <expression>',
        'also search for units that tell its matches; again for more',
        gathered,
      ),
    )
    .addOption(
      option('--labels <path>', 'also for a column of numbers, one a line for each symbol', gathered),
    )
    .addOption(option('--memory', 'follow gradients back through time: how long the memory is'))
    .addOption(option('--unit-losses <name>', 'how much larger the loss is without each unit of LAYER.NAME'))
    .optionsGroup('One prediction:')
    .addOption(
      option(
        '--saliency <n|last>',
        'what each symbol does to the prediction that follows n symbols, or the last; of a task: to answer n',
        numberOr('--saliency', ['last']),
      ),
    )
    .addOption(
      option(
        '--symbol <text>',
        'the symbol or class that is explained',
        undefined,
        'the one that follows, or the likeliest',
      ),
    )
  addEditOptions(command)
  addRuntimeOptions(command)
  addOutputOptions(command, 'one JSON object: unit, detectors, saturation, memory, change, losses, saliency')
  command
    .addOption(option('--html <path>', 'a page of it, on its own in one file'))
    .addOption(option('--parquet <path>', 'every value of every unit after each symbol, as a table'))
  return command.action(runInspect)
}

async function runInspect(given: string | undefined, flags: InspectFlags): Promise<void> {
  const output = openOutput(flags)
  if ((flags.text === undefined) === (flags.file === undefined)) throw new SluiceError('usage/inspect-text')
  const { path, stored, reading } = await openStored(given, flags, output)
  if (taskOf(stored) === 'sequence') {
    const { inspectTask } = await import('../task/inspect-task.ts')
    const { text, inspection } = await inspectTask(stored, flags, output)
    return tell(inspection, { path, text }, flags, output)
  }
  requireHeeded(flags, { task: 'lm' }, inspecting)
  const model = modelFrom(stored)
  const inspection = await inspectText({ path, model, ...(reading && { reading }) }, flags, output)
  await tell(inspection, { path, text: modelText(model) }, flags, output)
}

async function inspectText(opened: OpenedModel, flags: InspectFlags, output: Output): Promise<Inspection> {
  const entire = await textFor(opened, flags, output)
  const text = beginning(entire, flags.steps ?? usualSteps, output)
  const runtime = await runtimeFor(flags, output)
  const { labels, ...chosen } = flags
  return inspectModel(opened.model, text, runtime, {
    ...chosen,
    isWhole: flags.parquet !== undefined,
    edits: editsFrom(flags),
    ...(labels && { labels: await readLabels(labels, entire.tokens.length, text.tokens.length) }),
  })
}

async function textFor({ model, reading }: OpenedModel, flags: InspectFlags, output: Output): Promise<Text> {
  const { text, file, keepCr = reading?.keepCr ?? false, encoding } = flags
  if (file === undefined) return textFrom(text!, { vocabulary: model.vocabulary, keepCr })
  const options = { keepCr, ...(encoding !== undefined && { encoding }) }
  const read = await openText(file, options, model.vocabulary)
  for (const note of textNotes(read)) output.note(note)
  return read
}

function beginning(text: Text, steps: number, output: Output): Text {
  const more = text.tokens.length - steps
  if (more <= 0) return text
  output.note(`the first ${plural(steps, 'symbol')} are read; --steps takes more`)
  return { ...text, tokens: text.tokens.subarray(0, steps) }
}

async function tell(
  inspection: Inspection,
  { path, text }: { readonly path: string; readonly text: string },
  { html, parquet }: InspectFlags,
  output: Output,
): Promise<void> {
  if (html !== undefined) await written(html, inspectionPage(`${path}: ${text}`, inspection))
  if (parquet !== undefined) await writeTable(parquet, inspection)
  if (output.json) return output.record({ model: path, ...recordOf(inspection) })
  const colour = wantsColour(output.results.isTTY === true, process.env)
  const width = Math.min(100, widthOf(output.results))
  const lines = inspectionLines(inspection, width, output.style, colour)
  output.results.write(lines.map((line) => `${line}\n`).join(''))
  if (html !== undefined) output.note(`page: ${html}`)
  if (parquet !== undefined) output.note(`table: ${parquet}`)
}

async function written(path: string, page: string): Promise<void> {
  await writeFile(path, page).catch((cause: unknown) => {
    throw new SluiceError('output-file', { path, reason: (cause as Error).message }, { cause })
  })
}

/** The numbers of an inspection. */
function recordOf(inspection: Inspection): object {
  const { unit, symbols, ends, saturation, detections, memory, saliency, losses, change } = inspection
  return {
    steps: symbols.length,
    ...(ends && { sequences: ends.size }),
    unit: { ...unit, values: [...unit.values] },
    saturation: saturation.map(({ units, ...gate }) => ({
      ...gate,
      units: { closed: [...units.closed], open: [...units.open], mean: [...units.mean] },
    })),
    ...(detections && { detectors: detections.detections, searched: detections.units }),
    ...(memory && {
      memory: { ...memory, states: memory.states.map((state) => ({ ...state, norms: [...state.norms] })) },
    }),
    ...(change && { change }),
    ...(losses && { losses }),
    ...(saliency && {
      saliency: {
        ...saliency,
        norms: [...saliency.norms],
        products: [...saliency.products],
      },
    }),
  }
}
