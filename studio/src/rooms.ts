/** The rooms of the studio, in the order of their tabs. */
export const rooms = [
  { name: 'cell', title: 'Cell', about: 'step by step through the equations' },
  { name: 'train', title: 'Train', about: 'a model of your own text' },
  { name: 'units', title: 'Units', about: 'what each unit looks at' },
  { name: 'memory', title: 'Memory', about: 'how far a gradient reaches' },
  { name: 'lab', title: 'Lab', about: 'a cell of your own' },
] as const

export type RoomName = (typeof rooms)[number]['name']

/** A place in the studio as the address has it behind the `#`: `lab?cell=…`. */
export interface Place {
  readonly room: RoomName
  readonly query: URLSearchParams
}

/** Reads the part of an address behind `#`; an unknown room is the first one. */
export function placeOf(hash: string): Place {
  const [name = '', query = ''] = hash.replace(/^#/, '').split(/\?(.*)/s)
  const known = rooms.find((room) => room.name === name)
  return { room: known?.name ?? rooms[0].name, query: new URLSearchParams(known ? query : '') }
}

/** The room that an arrow key goes to from another, round the ends; undefined for other keys. */
export function neighbour(room: RoomName, key: string): RoomName | undefined {
  const at = rooms.findIndex(({ name }) => name === room)
  const target = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: rooms.length - 1 }[key]
  return target === undefined ? undefined : rooms[(target + rooms.length) % rooms.length]!.name
}
