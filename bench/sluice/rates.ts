/** The update of every training step that is measured, the rivals' too: Adam's rate, and clipping by norm. */
export const rates = { learningRate: 1e-3, clipNorm: 5, clipValue: 0 }
