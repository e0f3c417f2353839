/** Soon. */
export function MemoryRoom() {
  return <p class="hint">…</p>
}
