/** Whether this runs in Node (or what behaves like it), where files, addons and worker_threads are. */
export const inNode: boolean =
  'process' in globalThis && typeof globalThis.process?.versions?.node === 'string'
