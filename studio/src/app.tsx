import { signal } from '@preact/signals'
import type { FunctionComponent } from 'preact'
import { type RoomName, neighbour, placeOf, rooms } from './rooms.ts'
import { problem } from './store.ts'
import { ModelBar } from './ui/model-bar.tsx'
import { ThemeSwitch } from './ui/theme.tsx'

/** Where the reader is, from the address. */
export const place = signal(placeOf(location.hash))
addEventListener('hashchange', () => (place.value = placeOf(location.hash)))

/** Rooms are loaded when they are entered. */
const doors: Readonly<Record<RoomName, () => Promise<FunctionComponent>>> = {
  cell: async () => (await import('./cell/room.tsx')).CellRoom,
  train: async () => (await import('./train/room.tsx')).TrainRoom,
  units: async () => (await import('./units/room.tsx')).UnitsRoom,
  memory: async () => (await import('./memory/room.tsx')).MemoryRoom,
  lab: async () => (await import('./lab/room.tsx')).LabRoom,
}

const entered = signal<Partial<Record<RoomName, FunctionComponent>>>({})

function enter(room: RoomName): void {
  if (entered.value[room]) return
  void doors[room]().then(
    (Room) => (entered.value = { ...entered.value, [room]: Room }),
    () => (problem.value = 'A part of the studio did not load: reload the page.'),
  )
}

/** The whole page. */
export function App() {
  const { room } = place.value
  enter(room)
  const Room = entered.value[room]
  return (
    <>
      <header class="top">
        <h1>
          Sluice <span>studio</span>
        </h1>
        <Tabs room={room} />
        <ThemeSwitch />
      </header>
      <ModelBar />
      <Problem />
      <main>
        <div id="room" role="tabpanel" aria-labelledby={`tab-${room}`}>
          {Room ? <Room /> : <p class="hint">Opening …</p>}
        </div>
      </main>
    </>
  )
}

function Tabs({ room }: { readonly room: RoomName }) {
  const onKeyDown = (event: KeyboardEvent): void => {
    const target = neighbour(room, event.key)
    if (!target) return
    event.preventDefault()
    location.hash = target
    document.getElementById(`tab-${target}`)?.focus()
  }
  return (
    <div class="tabs" role="tablist" aria-label="Rooms" onKeyDown={onKeyDown}>
      {rooms.map(({ name, title, about }) => (
        <a
          key={name}
          id={`tab-${name}`}
          href={`#${name}`}
          role="tab"
          title={about}
          aria-selected={name === room}
          aria-controls="room"
          tabIndex={name === room ? 0 : -1}
        >
          {title}
        </a>
      ))}
    </div>
  )
}

function Problem() {
  if (problem.value === undefined) return null
  return (
    <div class="problem" role="alert">
      <span>{problem}</span>
      <button type="button" class="quiet" aria-label="Close" onClick={() => (problem.value = undefined)}>
        ✕
      </button>
    </div>
  )
}
