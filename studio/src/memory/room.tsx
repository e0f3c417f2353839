import { FactorsRoom } from './factors-room.tsx'
import { FlowPanel } from './flow.tsx'
import { GapRoom } from './gap-room.tsx'
import { PairSelect } from './pair-select.tsx'

/** Room 4: how far back a cell remembers, and how far back it can learn. */
export function MemoryRoom() {
  return (
    <div class="room memory">
      <section class="panel wide bar">
        <div class="row">
          <PairSelect />
        </div>
      </section>
      <section class="panel">
        <h2>What backpropagation multiplies</h2>
        <FactorsRoom />
      </section>
      <section class="panel">
        <h2>I grew up in France … I speak fluent French</h2>
        <GapRoom />
      </section>
      <section class="panel wide">
        <h2>How far back does your model learn?</h2>
        <FlowPanel />
      </section>
    </div>
  )
}
