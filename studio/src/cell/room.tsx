/** Soon. */
export function CellRoom() {
  return <p class="hint">…</p>
}
