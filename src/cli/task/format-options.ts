import type { Command } from 'commander'
import { option, word } from '../options.ts'
import { dataFormats } from './formats.ts'

/** Adds how a table is written: `--format` and `--delimiter`. */
export function addFormatOptions(command: Command): Command {
  const names = `of a table: ${dataFormats.join(', ')}`
  return command
    .addOption(option('--format <name>', names, word('--format', dataFormats), 'by its ending'))
    .addOption(option('--delimiter <text>', 'between the cells of CSV', undefined, 'a comma'))
}
