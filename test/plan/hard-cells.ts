/** Cells that are hard to plan, each under what is hard about it, over the sizes `input`, `hidden` and `p`. */
export const hardCells: Readonly<Record<string, string>> = {
  'a state that is a parameter': `
    state s: input
    output y
    s' = b
    y = s + x * v`,
  'states and outputs that are leaves, constants and each other': `
    output y, z
    s' = r
    r' = b
    q' = 1
    u = U @ q
    y = a + u * s
    z = x`,
  'two states that share parts': `
    state s: 2 * hidden
    state r: 2 * hidden
    output y
    u = tanh(W @ x)
    v = sigmoid(block(s, 0, 2) + block(r, 1, 2))
    s' = [u, v]
    r' = [v, u]
    y = block(s', 1, 2)`,
  'a state whose gradient stops': `
    matrix V: [p, hidden]
    output y, z
    s' = tanh(W @ x + s)
    r' = b
    y = s'
    z = V @ r`,
  'an output that is a state, a sum of products and read again': `
    h' = U @ h + W @ x
    g = tanh(h')`,
  'a chain of products': `
    matrix W1: [hidden, p]
    matrix W2: [p, 2 * hidden]
    matrix W3: [2 * hidden, input]
    h' = tanh(W1 @ W2 @ W3 @ x + U @ h)`,
  'a chain of products of parameters': `
    matrix W1: [hidden, p]
    matrix W3: [hidden, p]
    matrix W4: [p, hidden]
    vector b: hidden
    output y
    h' = h * tanh(abs(W1 @ W2 @ x)) + s
    y = W3 @ W4 @ b + h`,
  'one matrix both ways in one sum': `
    state s: input
    output y
    s' = s + (W @ b + W^T @ x)
    y = v * s'`,
  'one matrix on two operands, and one operand under two matrices': `
    r' = sigmoid(W @ h)
    h' = tanh(W @ h + W @ r + V @ h + U @ x)`,
  'one operand twice in one sum': `
    matrix W: [hidden, p]
    matrix J: [p, hidden + hidden]
    vector b: p
    output y, z
    s' = W @ block([b, b], 1, 2)
    y = W @ J @ [s', s'] + block([s, s'], 1, 2)
    z = x`,
  'kept sums in the panels of their gradients': `
    matrix V: [2 * hidden, hidden]
    vector a: p
    output y
    v = U @ (0 * b)
    s' = min(relu(b), min(W @ x, v + s))
    r' = r + V^T @ A @ a
    y = tanh(b)`,
  'a value computed again where its gradient goes': `
    z = sigmoid(W @ h)
    m = (1 - z) * z
    h' = m * tanh(m * U @ x) + z * h`,
  'more gates than a panel takes': `
    a = sigmoid(Wa @ [h, x])
    b = sigmoid(Wb @ [h, x])
    c = tanh(Wc @ [h, x])
    d = tanh(Wd @ [h, x])
    e = sigmoid(We @ [h, x])
    h' = a * h + b * c + d * e`,
  'gates on gates': `
    r = sigmoid(Wr @ [h, x])
    z = sigmoid(Wz @ r)
    q = tanh(Wq @ (z * r) + Vq @ z)
    h' = z * h + (1 - z) * q`,
  'norms of sums and of states': `
    u = norm(W @ x, gu, bu)
    v = norm(U @ h, gv, bv)
    c' = norm(c, gc, bc) * sigmoid(u + v) + tanh(u)
    h' = tanh(norm(c', gh, bh))`,
  'divisions, powers and bounds': `
    q = (W @ x) / (1 + abs(U @ h))
    r = clip(q, -0.4, 0.5) + max(q, h) - min(q^2, 0.3)
    h' = softsign(r) * hard_sigmoid(q) + elu(r) / (2 + softplus(q))`,
  'blocks of one big product': `
    g = W @ [h, x]
    i = sigmoid(block(g, 0, 3))
    f = sigmoid(block(g, 1, 3))
    m = tanh(block(g, 2, 3))
    h' = f * h + i * m`,
  'no state at all': `
    matrix W: [hidden, 2 * input]
    output y
    y = tanh(W @ [x, x]) * b`,
  'an input that nothing needs': `
    matrix W: [p, input]
    vector b: hidden
    output y
    v = W @ x
    y = tanh(b)`,
}
