/** Soon. */
export function LabRoom() {
  return <p class="hint">…</p>
}
