/** Soon. */
export function UnitsRoom() {
  return <p class="hint">…</p>
}
