import { render } from 'preact'
import { App } from './app.tsx'
import { attempt, openStudio } from './store.ts'
import { findRuns, follow, listen, takeModel } from './train/runs.ts'
import './style/base.css'
import './style/controls.css'
import './style/cell.css'
import './style/rooms.css'

const root = document.querySelector('#studio')!
root.replaceChildren()

/** Opens the studio; where runs are served beside it, with the first of them. */
async function start(): Promise<void> {
  const [runs] = await Promise.all([findRuns(), openStudio()])
  const [first] = runs
  if (first === undefined) return
  for (const name of runs) follow(name)
  listen()
  if (location.hash === '') location.hash = 'train'
  await attempt(() => takeModel(first))
}

render(<App />, root)
void start()
