/**
 * The binary form of a lowered plan: what the C++ runtime reads. Everything is 32-bit words; offsets count floats from
 * the start of the arena. `kernels/plan.h` is generated from this file.
 *
 * A plan is a header, then one section for each kind of record. A field that names another record is its index in
 * that record's section; `xFirst` and `xCount` name a range. -1 means none.
 */

/** First word of every plan. */
export const magic = 0x534c5543
export const version = 1

/** Sums over rows and steps go by passes of passFloats / vectorWidth rows, counted over all rows of all steps. */
export const passFloats = 2048

/** Fields of the header, before the section table (`offset, count` in words and records for each kind of record). */
export const header = [
  'magic',
  'version',
  'vectorWidth',
  'rows', // of the batch
  'steps', // longest window
  'chunks', // groups of rows that a thread takes whole; column sums are kept apart for each
  'dealt', // 1: threads take chunks in turn, so that rows sorted by length are shared evenly; 0: neighbours
  'arena', // floats
  'parameters', // offset of the parameter values
  'gradients', // offset of their gradients, same layout
  'slot0', // offsets of the optimizer's buffers, same layout; -1 where there is none
  'slot1',
  'slot2',
  'average', // offset of the average of the parameter values, same layout, or -1
  'parameterFloats', // length of each of these buffers, a multiple of vectorWidth
  'losses', // offset of one loss a row and step, or -1
  'rates', // offset of two float64 (two words each) a range: its learning rate and weight decay
  'normParts', // offset of one float64 (two words) for each 4096 parameters
  'forwardFirst', // loops of the forward pass
  'forwardCount',
  'backwardFirst', // loops of the backward pass
  'backwardCount',
  'reduceFirst', // window reductions, in two phases with a barrier between
  'reduceCount',
  'finishFirst',
  'finishCount',
] as const

/** The records, by name; each field is one word. */
export const records = {
  /**
   * Where a vector lives. Entry `lane` of block `b` (blocks of vectorWidth entries) at step t, row r, chunk c:
   * base + t*timeStride + c*chunkStride + r*rowStride + floor(b/units)*panelStride + (b%units)*unitStride + lane.
   */
  operand: ['base', 'timeStride', 'chunkStride', 'rowStride', 'panelStride', 'unitStride', 'units'],
  /**
   * C[rows, panels x vectors] += A[rows, segments x segmentLength] * packed weights. A's element k of row r is at
   * operand a (block 0) + floor(k/segmentLength)*segmentStride + k%segmentLength. Panel p, vector j of C is at operand
   * c (its base, time and row strides) + p*panelStride + j*vectorStride. Weights: [panel][k][vectors*width]; the last
   * panel has lastVectors, here and in its weights. `accumulate` 0 starts from zero. `fused`: segment i of A is written by panel i of the stage.
   * `pairs`: both operands are rounded to bf16; weights hold pairs of neighbouring k: [panel][segment][ceil(segmentLength/2)][vectors*width].
   */
  product: [
    'a',
    'segments',
    'segmentLength',
    'segmentStride',
    'weights',
    'c',
    'panels',
    'panelStride',
    'vectors',
    'lastVectors',
    'vectorStride',
    'accumulate',
    'fused',
    'pairs',
  ],
  /** Adds row `token` of a packed table [panel][classes][vectors*width] to vectors from vectorStart of a panel; other tokens add nothing. */
  gather: ['tokens', 'table', 'classes', 'vectorStart', 'vectors', 'lastVectors'],
  /**
   * Panels that products add up in: [panel] at operand c + p*panelStride, `vectors` vectors side by side. First each
   * row is set to the packed bias [panel][vectors*width] (bias -1: to 0; -2: left as it is), then gathers, then
   * products (which accumulate).
   */
  group: [
    'c',
    'panels',
    'panelStride',
    'vectors',
    'lastVectors',
    'bias',
    'gatherFirst',
    'gatherCount',
    'productFirst',
    'productCount',
  ],
  /** Instruction of a pointwise program; d, d2, a, b, c, e are slots: operands of the program, then its temporaries. k, k2 are float32 bits. */
  instruction: ['op', 'd', 'd2', 'a', 'b', 'c', 'e', 'k', 'k2'],
  /**
   * A pointwise program over `blocks` blocks and all rows. Slots 0..operandCount-1 are operands; the next `temporaries`
   * are scratch that lives for one block of rows. Lanes at and after `entries` (1 to vectorWidth) of the last block are set
   * to zero in the operands of the mask list (slots). Row and column sums leave
   * those lanes out. `columnSums`: holds column sums, so goes by whole chunks.
   */
  program: [
    'blocks',
    'entries',
    'operandFirst',
    'operandCount',
    'temporaries',
    'instructionFirst',
    'instructionCount',
    'maskFirst',
    'maskCount',
    'columnSums',
  ],
  /** One word of a list. */
  word: ['value'],
  /**
   * One stage of a loop at one step, for a range of rows. `kind` and its fields:
   * compute: groups, a program (or -1) and products after it. For each panel: groups, then the program on the panel's
   *   `units` blocks; after every few panels the fused products over them; at the end the products that are not fused.
   * reduce: operand `d` (all lanes) = k * sum of all entries of the operands in the word list [operand, blocks]...
   * loss: softmax cross-entropy of logits operand `a` [classes] and targets (int32 at `tokens` + t*rows + r; negative
   *   is left out): loss of the row to header.losses; with a backward pass, gradient * call.lossScale to operand `d`.
   *   A share `k` of each target is spread over the classes; the word list holds their weights, if they have any.
   * value_loss: of prediction operand `a` and target operand `b`, `entries` entries, where the int32 at `tokens` +
   *   t*rows + r is not 0 (tokens -1: everywhere); results as for loss. Word list, float32: factor, delta (of huber), then
   *   the levels of quantiles, if any; then entry e of `a` belongs to entry e / levels of `b`.
   * bernoulli_loss: as value_loss, of logits and targets from 0 to 1. Word list: the weights of targets, or nothing.
   * ctc_loss: of logits operand `a` [classes] over all steps (int32 at `lengths` + r) of a row and its labels, the first (int32 at
   *   `tokens` + r) of the `entries` entries of operand `b`, at the last step of the loop. The loss of the row goes to step 0.
   *   Word list: the blank; 1 to divide by the number of labels; 1 for no loss where no alignment fits.
   * embed: operand `d` = row `token` of the table of `classes` rows at `table` (row stride `stride`), `blocks` blocks;
   *   zeros for other tokens.
   * dropout: operand `d` = operand `a` masked and scaled by `k` (a copy outside training), `blocks` blocks of `entries`
   *   entries; entry u of row r at step t is dropped where the word of counter (t*rows + r, offset + u) under the key of
   *   (seed, counter, `stream`) is below `threshold` (unsigned).
   * sequence_dropout: as dropout, by counter (r, offset + u) at every step.
   * word_dropout: as dropout, all entries of a row by counter (token, 0).
   * mask: entries of operand `d`, dropped or not as for dropout, are the first (kept) or second float32 of the word list,
   *   outside training the third; an operand with time stride 0 is filled at step 0.
   * reverse: operand `d` at step t = operand `a` at step n - 1 - t for the n steps of a row, the same step after them:
   *   `blocks` blocks, or one word where it is 0. n is the length of the row, int32 at `lengths` + r, -1: of the window.
   *
   * Attention: a memory is an operand whose step is a place, of `blocks` blocks; there are `entries` places. An entry for
   * each place is entry p of an operand. What is padding has the entry 0, and is not read.
   * score: operand `d` for each place = sum of the entries of operand `a` times the place of `memory`.
   * score_additive: operand `d` for each place = sum of the entries of operand `b` times tanh(`a` + the place of `memory`).
   * attention_softmax: operand `d` = softmax of operand `a` over the places whose entry in operand `b` is not 0, 0 at others.
   * attention_softmax_gradient: operand `d` = the gradient of the scores from weights `a` and their gradient `b`.
   * mix: operand `d` = sum over the places of `memory`, each times its entry in operand `a`.
   * row_outer: each place of `memory` += operand `b` times its entry in operand `a`.
   * score_additive_gradient: from the gradient of the scores, operand `b`, with query `a` and `memory` and the word list of
   *   operands [vector, gradient of the query, of the memory (added to), of the vector], the gradients -1 where not wanted.
   * places: operand `d` = 1 at the places before the end of the row (int32 at `lengths` + r, -1: none) and window, else 0.
   * keep: operand `d` = operand `a`, or 0 at steps whose entry in operand `b`, of `entries` places, is 0.
   */
  stage: [
    'kind',
    'panels',
    'units',
    'groupFirst',
    'groupCount',
    'program',
    'productFirst',
    'productCount',
    'a',
    'b',
    'd',
    'listFirst',
    'listCount',
    'k',
    'tokens',
    'classes',
    'table',
    'stride',
    'blocks',
    'entries',
    'stream',
    'threshold',
    'offset',
    'lengths',
    'memory',
  ],
  /**
   * Copies operand `a` (-1: zeros) to operand `d`, `blocks` blocks, all own rows, before the loop starts; both are taken
   * at step 0, or at the last where the direction is -1. `lastStep` 1: `a` is read at the number of steps of the previous call, and
   * only when states are carried; 2: at the number of steps of this one. `add`: `a` is added to what stands at `d`. An operand `d` with a chunk stride has one row a chunk, and is left as it is in a part that
   * goes on from a later one. Rows whose int32 at `lengths` + r is 0 are left out (-1: none is).
   */
  copy: ['a', 'd', 'blocks', 'lastStep', 'lengths', 'add'],
  /**
   * Steps 0..steps-1 (direction 1) or back (-1), stages in order. `parallel`: no step needs another, so that several may
   * go together, stage after stage; they do where no place with rows is shared by the steps (time stride 0).
   * `lengths` (-1: none): int32 at `lengths` + r is the length of row r; at and after it the stages leave the row out,
   * and the copies `idle` are done to it instead, both operands at the same step.
   */
  loop: [
    'direction',
    'parallel',
    'copyFirst',
    'copyCount',
    'stageFirst',
    'stageCount',
    'lengths',
    'idleFirst',
    'idleCount',
  ],
  /**
   * A sum over all rows and steps, by kind, without those at and after the lengths of rows where there are `lengths`
   * (as in a loop). Records whose targets overlap do not run at the same time. Weights, columns and scatters over the
   * same panels run together, panel by panel: the first says how many in `together` (any other kind: 1), the others 0.
   * weight: gradient of matrices: for vector (s,u) of panel p and unit m < `entries`:
   *   arena[target s + m*stride + (p*units+u)*width ..] += sum over rows of A[row, m] * dz[row, that vector]. A is operand `a`
   *   (row-major), dz is operand `d` + p*panelStride + j*width. Targets: word list, one a slot; with several slots the
   *   last panel is full. `pairs`: A and dz are rounded to bf16.
   * columns: arena[target s + (p*units+u)*width ..] += sum over rows of dz as for weight.
   * scatter: arena[target s + token*stride + (p*units+u)*width ..] += dz as for weight, row by row; tokens outside classes add nothing.
   * chunks: arena[target + b*width] += sum over chunks of operand `d`, block b.
   * rows: arena[target + b*width] += sum over the rows of step 0 of operand `d`, block b.
   * transpose: arena[target + n*stride + m] += arena[source + m*sourceStride + n] for m < entries,
   *   n < classes (phase two); then the source is cleared for the next window.
   */
  reduction: [
    'kind',
    'together',
    'a',
    'd',
    'panels',
    'panelStride',
    'vectors',
    'lastVectors',
    'units',
    'entries',
    'stride',
    'targetFirst',
    'targetCount',
    'blocks',
    'tokens',
    'classes',
    'source',
    'sourceStride',
    'lengths',
    'pairs',
  ],
  /**
   * Packs parameters for products. Sources: word list [offset, kStride, nStride] a slot: element (k, n) of slot s;
   * one of the strides is 1.
   * forward: dst[p][k][(s*units+u)*width + lane] = source_s(k, (p*units+u)*width + lane), k < `k`, n < `n`; 0 beyond n.
   * backward: dst[q][((p*slots+s)*units+u)*width + lane][j*width + lane2] = source_s(q*vectors*width + j*width + lane2, (p*units+u)*width + lane):
   *   the source's k runs over the columns (`k` of them, 0 beyond), its n over the rows (`n` of them, 0 beyond); `panels` and `lastVectors` are of
   *   dst, `innerPanels` counts p.
   * With `pairs` the lines of dst that belong to neighbouring k (backward: n) are one, of words with the first in the
   * low half, both rounded to bf16; an odd last line is paired with 0.
   * bias: dst[p][(s*units+u)*width + lane] = sum of source vectors; sources: word list [slot, offset].
   */
  pack: [
    'kind',
    'dst',
    'panels',
    'vectors',
    'lastVectors',
    'slots',
    'units',
    'k',
    'n',
    'innerPanels',
    'sourceFirst',
    'sourceCount',
    'pairs',
  ],
  /** Floats of each parameter buffer that updates train, in order and apart; all others stay as they are. */
  range: ['offset', 'floats'],
  /**
   * Weights of which some are dropped while training: before a window, those at `target` are made from those at `source`
   * (offsets in the parameter buffers) and everything is packed; after it, their gradients go back. There are `lines` of
   * `entries` weights, `stride` apart; weight e of line l is dropped where the word of counter (row + e, column + l) is
   * below `threshold` (unsigned), otherwise times the float32 `k`.
   */
  drop: ['source', 'target', 'lines', 'stride', 'entries', 'row', 'column', 'k', 'stream', 'threshold'],
} as const

export type RecordName = keyof typeof records

/** Kinds of stages, reductions and packs, in the order of their numbers. */
export const stageKinds = [
  'compute',
  'reduce',
  'loss',
  'embed',
  'dropout',
  'sequence_dropout',
  'word_dropout',
  'mask',
  'reverse',
  'value_loss',
  'bernoulli_loss',
  'ctc_loss',
  'score',
  'score_additive',
  'attention_softmax',
  'attention_softmax_gradient',
  'mix',
  'row_outer',
  'score_additive_gradient',
  'places',
  'keep',
] as const
export const reductionKinds = ['weight', 'columns', 'scatter', 'chunks', 'transpose', 'rows'] as const
export const packKinds = ['forward', 'backward', 'bias'] as const

/** Meanings of the pointwise instructions; letters are slots, k and k2 immediates. `d` (and `d2` where said) is written. */
export const instructions = [
  'copy', // a
  'neg', // -a
  'add', // a + b
  'sub', // a - b
  'mul', // a * b
  'div', // a / b
  'max', // max(a, b)
  'min', // min(a, b)
  'prefer', // a > b ? 1 : a == b ? 0.5 : 0
  'positive', // a > 0 ? 1 : 0
  'sign', // sign(a)
  'inside', // k <= a <= k2 ? 1 : 0
  'clip', // min(max(a, k), k2)
  'abs', // |a|
  'sqrt', // sqrt(a)
  'exp', // exp(a)
  'log', // log(a)
  'sigmoid', // 1 / (1 + exp(-a))
  'tanh', // tanh(a)
  'relu', // max(a, 0)
  'leaky_relu', // a > 0 ? a : k * a
  'elu', // a > 0 ? a : k * (exp(a) - 1)
  'softplus', // log(1 + exp(a))
  'log_sigmoid', // -log(1 + exp(-a))
  'softsign', // a / (1 + |a|)
  'hard_sigmoid', // min(max(0.2 a + 0.5, 0), 1)
  'power', // a ^ k
  'affine', // a * k + k2
  'fma', // a * b + c
  'fma2', // a * b + c * e
  'mul_sub', // a * (b - c)
  'lerp', // a * (b - c) + c
  'dsigmoid', // a * (b * (1 - b))
  'dtanh', // a * (1 - b * b)
  'mul_dsigmoid', // a * b * (c * (1 - c))
  'mul_dtanh', // a * b * (1 - c * c)
  'mul_dtanh_add', // a * b * (1 - c * c) + e
  'mul_fma', // a * b * c + e
  'add3', // a + b + c
  'sigmoid_fma', // sigmoid(a * b + c)
  'tanh_fma', // tanh(a * b + c)
  'tanh_mul', // d = tanh(a); d2 = b * d
  'mul_and_dsigmoid', // d = a * b; d2 = a * c * (b * (1 - b))
  'dsigmoid_and_dtanh', // d = a * c * (b * (1 - b)); d2 = a * b * (1 - c * c)
  'dsigmoid_and_dtanh_add', // d = a * c * (b * (1 - b)); d2 = a * b * (1 - c * c) + e
  'row_sum', // d = sum over the blocks so far of a, without the lanes after the entries
  'row_sum_mul', // d = sum over the blocks so far of a * b, without the lanes after the entries
  'column_sum', // d += sum over rows of a
  'column_sum_mul', // d += sum over rows of a * b
] as const

const commonStages: ReadonlySet<(typeof stageKinds)[number]> = new Set([
  'compute',
  'loss',
  'embed',
  'dropout',
])

/**
 * What few plans hold. The modules that pages load at once do without it, and without lengths of rows and dropped weights;
 * `rare.ts` says of a plan whether it needs more.
 */
export const rareStages = stageKinds.filter((kind) => !commonStages.has(kind))
export const rareInstructions: readonly InstructionName[] = [
  'max',
  'min',
  'prefer',
  'sign',
  'abs',
  'sqrt',
  'exp',
  'log',
  'leaky_relu',
  'elu',
  'softplus',
  'log_sigmoid',
  'softsign',
  'hard_sigmoid',
  'power',
  'row_sum',
  'row_sum_mul',
]

export type InstructionName = (typeof instructions)[number]

/** Fields of a call, float64: numbers in, then results out. */
export const call = [
  'mode', // bits: 1 forward, 2 backward and reductions, 4 update, 8 pack
  'steps',
  'lastSteps', // of the previous call
  'carry', // 1: states start from the finals of the previous call
  'accumulate', // 1: keep the gradients there are
  'training', // 1: dropout is on
  'seed',
  'counter', // number of the update, for dropout
  'lossScale', // 1 / number of targets, entries, positions or rows that count
  // A window may be run in parts of whole passes: forward from the first to the last, back from the last to the first.
  'firstStep', // steps of the window before this part
  'continued', // 1: a later part went back before; what it began goes on
  'unfinished', // 1: an earlier part is to go back yet; sums kept apart are not added to the gradients
  'lossSum', // of the parts before, in and out
  'rule', // 0 sgd, 1 rmsprop, 2 adam, 3 adamw
  'momentum',
  'nesterov',
  'alpha',
  'centered',
  'beta1',
  'beta2',
  'epsilon',
  'clipNorm',
  'clipValue',
  'count', // of updates, from 1
  'bias1', // 1 - beta1^count
  'bias2', // 1 - beta2^count
  'averageShare', // of the new values in their average; 0 leaves it
  'loss', // result: sum of the rows' losses * lossScale
  'gradientNorm', // result
] as const
