import { type ExampleData, type ExampleModel, type SettingsOptions, train } from 'sluice'

/** Trains a model on examples, and says at every validation how far it is. */
export async function learn<E>(
  net: ExampleModel<E>,
  examples: readonly E[] | ExampleData<E>,
  settings: SettingsOptions,
  log: (line: string) => void,
): Promise<void> {
  for await (const { step, loss, validation } of train(net, examples, settings)) {
    if (validation) log(`${step} updates: loss ${loss.toFixed(3)}, held out ${validation.loss.toFixed(3)}`)
  }
}
