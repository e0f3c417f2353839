/** The functions of the language and how many arguments each takes. */
export const functions: ReadonlyMap<string, number> = new Map(
  Object.entries({
    sigmoid: 1,
    tanh: 1,
    relu: 1,
    leaky_relu: 1,
    elu: 1,
    softplus: 1,
    exp: 1,
    log: 1,
    log_sigmoid: 1,
    abs: 1,
    sqrt: 1,
    softsign: 1,
    hard_sigmoid: 1,
    identity: 1,
    max: 2,
    min: 2,
    clip: 3,
    norm: 3,
    block: 3,
    attend: 3,
    attend_additive: 4,
  }),
)

/** Settings of the functions that have fixed ones. */
export const functionAttributes: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  leaky_relu: { slope: 0.01 },
  elu: { alpha: 1 },
}
