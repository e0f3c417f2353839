import { render } from 'preact'
import { App } from './app.tsx'
import { openStudio } from './store.ts'
import 'uplot/dist/uPlot.min.css'
import './style/base.css'
import './style/controls.css'
import './style/cell.css'
import './style/rooms.css'

const root = document.querySelector('#studio')!
root.replaceChildren()
render(<App />, root)
void openStudio()
