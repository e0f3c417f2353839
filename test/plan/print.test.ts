import { describe, expect, it } from 'vitest'
import { library } from '../../src/cells/index.ts'
import { compile } from '../../src/equations/index.ts'
import { plan } from '../../src/plan/index.ts'
import { printPlan } from '../../src/plan/print.ts'
import { sized } from './cases.ts'
import { stackProgram } from './windows.ts'

/** The plan of a layer in the middle of a stack: gradients come in at its output and go out at its input. */
function printed(name: string, text: string): string {
  const step = sized(compile(text, { name }), { input: 3, hidden: 4 })
  const program = stackProgram([step], { rows: 2, steps: 2 })
  const of = [program.graph.outputs[0]!.name]
  return printPlan(plan({ graph: program.graph, gradient: { of, inputs: ['x'] } }))
}

function cell(name: string): string {
  return library.find((record) => record.name === name)!.equations
}

describe('the plan', () => {
  it('of lstm', () => {
    expect(printed('lstm', cell('lstm'))).toMatchInlineSnapshot(`
      "scan lstm
      forward 0
        stack of 4: 4 on h, 4 on x
          %19 [4] = Wf[0:4,0:4] @ h + Wf[0:4,4:7] @ x + bf
          %22 [4] = Wi[0:4,0:4] @ h + Wi[0:4,4:7] @ x + bi
          %25 [4] = Wg[0:4,0:4] @ h + Wg[0:4,4:7] @ x + bg
          %31 [4] = Wo[0:4,0:4] @ h + Wo[0:4,4:7] @ x + bo
        %20:f = sigmoid %19
        %23:i = sigmoid %22
        %26:g = tanh %25
        %29:c = fma2 %20 c %23 %26
        %32:o = sigmoid %31
        %33, %34:h = tanh_mul %29 %32
      keeps %33, %32:o, %26:g, %23:i, %20:f
      back 0
        %35 = add d_next_h_by_products d_output_h
        %44, %45 = dsigmoid_and_dtanh_add %35 %32 %33 d_next_c
        %55, %52 = dsigmoid_and_dtanh %45 %23 %26
        %49, %58 = mul_and_dsigmoid %45 %20 c
      back 1
        %59 [3] = Wo[0:4,4:7]^T @ %44 + Wg[0:4,4:7]^T @ %52 + Wi[0:4,4:7]^T @ %55 + Wf[0:4,4:7]^T @ %58
        %60 [4] = Wo[0:4,0:4]^T @ %44 + Wg[0:4,0:4]^T @ %52 + Wi[0:4,0:4]^T @ %55 + Wf[0:4,0:4]^T @ %58
      carry d_next_c = %49
      carry d_next_h_by_products = %60
      sum Wf[0:4,0:4] += %58 outer h
      sum Wf[0:4,4:7] += %58 outer x
      sum Wi[0:4,0:4] += %55 outer h
      sum Wi[0:4,4:7] += %55 outer x
      sum Wg[0:4,0:4] += %52 outer h
      sum Wg[0:4,4:7] += %52 outer x
      sum Wo[0:4,0:4] += %44 outer h
      sum Wo[0:4,4:7] += %44 outer x
      sum bf += %58
      sum bi += %55
      sum bg += %52
      sum bo += %44"
    `)
  })

  it('of peephole_lstm', () => {
    expect(printed('peephole_lstm', cell('peephole_lstm'))).toMatchInlineSnapshot(`
      "scan peephole_lstm
      forward 0
        stack of 4: 4 on h, 4 on x
          %24 [4] = Wf[0:4,0:4] @ h + Wf[0:4,4:7] @ x + bf
          %30 [4] = Wi[0:4,0:4] @ h + Wi[0:4,4:7] @ x + bi
          %34 [4] = Wg[0:4,0:4] @ h + Wg[0:4,4:7] @ x + bg
          %42 [4] = Wo[0:4,0:4] @ h + Wo[0:4,4:7] @ x + bo
        %26:f = sigmoid_fma pf c %24
        %32:i = sigmoid_fma pi c %30
        %35:g = tanh %34
        %38:c = fma2 %26 c %32 %35
        %44:o = sigmoid_fma po %38 %42
        %45, %46:h = tanh_mul %38 %44
      keeps %45, %44:o, %35:g, %32:i, %26:f
      back 0
        %47 = add d_next_h_by_products d_output_h
        %56, %59 = dsigmoid_and_dtanh_add %47 %44 %45 d_next_c
        %57 = mul %56 %38
        %60 = fma %56 po %59
        %70, %67 = dsigmoid_and_dtanh %60 %32 %35
        %71 = mul %70 c
        %75 = mul_dsigmoid %60 c %26
        %76 = mul %75 c
        %79 = fma2 %60 %26 %70 pi
        %80 = fma %75 pf %79
      back 1
        %78 [3] = Wo[0:4,4:7]^T @ %56 + Wg[0:4,4:7]^T @ %67 + Wi[0:4,4:7]^T @ %70 + Wf[0:4,4:7]^T @ %75
        %81 [4] = Wo[0:4,0:4]^T @ %56 + Wg[0:4,0:4]^T @ %67 + Wi[0:4,0:4]^T @ %70 + Wf[0:4,0:4]^T @ %75
      carry d_next_c = %80
      carry d_next_h_by_products = %81
      sum Wf[0:4,0:4] += %75 outer h
      sum Wf[0:4,4:7] += %75 outer x
      sum Wi[0:4,0:4] += %70 outer h
      sum Wi[0:4,4:7] += %70 outer x
      sum Wg[0:4,0:4] += %67 outer h
      sum Wg[0:4,4:7] += %67 outer x
      sum Wo[0:4,0:4] += %56 outer h
      sum Wo[0:4,4:7] += %56 outer x
      sum pf += %76
      sum bf += %75
      sum pi += %71
      sum bi += %70
      sum bg += %67
      sum po += %57
      sum bo += %56"
    `)
  })

  it('of coupled_lstm', () => {
    expect(printed('coupled_lstm', cell('coupled_lstm'))).toMatchInlineSnapshot(`
      "scan coupled_lstm
      forward 0
        stack of 3: 3 on h, 3 on x
          %16 [4] = Wf[0:4,0:4] @ h + Wf[0:4,4:7] @ x + bf
          %21 [4] = Wg[0:4,0:4] @ h + Wg[0:4,4:7] @ x + bg
          %27 [4] = Wo[0:4,0:4] @ h + Wo[0:4,4:7] @ x + bo
        %17:f = sigmoid %16
        %22:g = tanh %21
        %25:c = lerp %17 c %22
        %28:o = sigmoid %27
        %29, %30:h = tanh_mul %25 %28
      keeps %29, %28:o, %22:g, %17:f
      back 0
        %19:i = affine %17 -1 1
        %31 = add d_next_h_by_products d_output_h
        %39, %40 = dsigmoid_and_dtanh_add %31 %28 %29 d_next_c
        %44 = mul %40 %17
        %47 = mul_dtanh %40 %19 %22
        %49 = mul_sub %40 c %22
        %51 = dsigmoid %49 %17
      back 1
        %52 [3] = Wo[0:4,4:7]^T @ %39 + Wg[0:4,4:7]^T @ %47 + Wf[0:4,4:7]^T @ %51
        %53 [4] = Wo[0:4,0:4]^T @ %39 + Wg[0:4,0:4]^T @ %47 + Wf[0:4,0:4]^T @ %51
      carry d_next_c = %44
      carry d_next_h_by_products = %53
      sum Wf[0:4,0:4] += %51 outer h
      sum Wf[0:4,4:7] += %51 outer x
      sum Wg[0:4,0:4] += %47 outer h
      sum Wg[0:4,4:7] += %47 outer x
      sum Wo[0:4,0:4] += %39 outer h
      sum Wo[0:4,4:7] += %39 outer x
      sum bf += %51
      sum bg += %47
      sum bo += %39"
    `)
  })

  it('of gru', () => {
    expect(printed('gru', cell('gru'))).toMatchInlineSnapshot(`
      "scan gru
      forward 0
        stack of 4: 3 on x, 3 on h
          %26 [4] = Un @ x + bn
          %17 [4] = Wr[0:4,0:4] @ h + Wr[0:4,4:7] @ x + br
          %20 [4] = Wz[0:4,0:4] @ h + Wz[0:4,4:7] @ x + bz
          %24 [4] = Wn @ h + dn
        %18:r = sigmoid %17
        %21:z = sigmoid %20
        %28:n = tanh_fma %18 %24 %26
        %33:h = lerp %21 h %28
      keeps %21:z, %28:n, %24, %18:r
      back 0
        %30 = affine %21 -1 1
        %34 = add3 d_next_h_by_products d_next_h d_output_h
        %36 = mul %34 %21
        %42 = mul_dtanh %34 %30 %28
        %44, %50 = mul_and_dsigmoid %42 %18 %24
        %45 = mul_sub %34 h %28
        %47 = dsigmoid %45 %21
      back 1
        %51 [3] = Un^T @ %42 + Wz[0:4,4:7]^T @ %47 + Wr[0:4,4:7]^T @ %50
        %52 [4] = Wn^T @ %44 + Wz[0:4,0:4]^T @ %47 + Wr[0:4,0:4]^T @ %50
      carry d_next_h_by_products = %52
      carry d_next_h = %36
      sum Wr[0:4,0:4] += %50 outer h
      sum Wr[0:4,4:7] += %50 outer x
      sum Wz[0:4,0:4] += %47 outer h
      sum Wz[0:4,4:7] += %47 outer x
      sum Un += %42 outer x
      sum Wn += %44 outer h
      sum br += %50
      sum bz += %47
      sum bn += %42
      sum dn += %44"
    `)
  })

  it('of gru_reset_before', () => {
    expect(printed('gru_reset_before', cell('gru_reset_before'))).toMatchInlineSnapshot(`
      "scan gru_reset_before
      forward 0
        stack of 2: 2 on h, 2 on x
          %16 [4] = Wr[0:4,0:4] @ h + Wr[0:4,4:7] @ x + br
          %19 [4] = Wz[0:4,0:4] @ h + Wz[0:4,4:7] @ x + bz
        %17:r = sigmoid %16
        %20:z = sigmoid %19
        %21 = mul %17 h
      forward 1
        %23 [4] = Wn[0:4,0:4] @ %21 + Wn[0:4,4:7] @ x + bn
        %24:n = tanh %23
        %29:h = lerp %20 h %24
      keeps %21, %20:z, %24:n, %17:r
      back 0
        %26 = affine %20 -1 1
        %30 = add3 d_next_h_by_products d_next_h d_output_h
        %38 = mul_dtanh %30 %26 %24
        %42 = mul_sub %30 h %24
        %44 = dsigmoid %42 %20
      back 1
        %39 [4] = Wn[0:4,0:4]^T @ %38
        %47 = mul_dsigmoid %39 h %17
        %50 = fma2 %30 %20 %39 %17
      back 2
        %48 [3] = Wn[0:4,4:7]^T @ %38 + Wz[0:4,4:7]^T @ %44 + Wr[0:4,4:7]^T @ %47
        %49 [4] = Wz[0:4,0:4]^T @ %44 + Wr[0:4,0:4]^T @ %47
      carry d_next_h_by_products = %49
      carry d_next_h = %50
      sum Wr[0:4,0:4] += %47 outer h
      sum Wr[0:4,4:7] += %47 outer x
      sum Wz[0:4,0:4] += %44 outer h
      sum Wz[0:4,4:7] += %44 outer x
      sum Wn[0:4,0:4] += %38 outer %21
      sum Wn[0:4,4:7] += %38 outer x
      sum br += %47
      sum bz += %44
      sum bn += %38"
    `)
  })

  it('of rnn', () => {
    expect(printed('rnn', cell('rnn'))).toMatchInlineSnapshot(`
      "scan rnn
      forward 0
        %8 [4] = U @ x + W @ h + b
        %9:h = tanh %8
      back 0
        %10 = add d_next_h_by_products d_output_h
        %14 = dtanh %10 %9
      back 1
        %15 [3] = U^T @ %14
        %16 [4] = W^T @ %14
      carry d_next_h_by_products = %16
      sum U += %14 outer x
      sum W += %14 outer h
      sum b += %14"
    `)
  })

  it('of an LSTM with its gates in one matrix: the blocks are products of their own', () => {
    const text = `
      g = W @ [h, x] + b
      i = sigmoid(block(g, 0, 4))
      f = sigmoid(block(g, 1, 4))
      m = tanh(block(g, 2, 4))
      o = sigmoid(block(g, 3, 4))
      c' = f * c + i * m
      h' = o * tanh(c')`
    expect(printed('blocks', text)).toMatchInlineSnapshot(`
      "scan blocks
      forward 0
        stack of 4: 4 on h, 4 on x
          %22 [4] = W[0:4,0:4] @ h + W[0:4,4:7] @ x + b[0:4]
          %23 [4] = W[4:8,0:4] @ h + W[4:8,4:7] @ x + b[4:8]
          %24 [4] = W[8:12,0:4] @ h + W[8:12,4:7] @ x + b[8:12]
          %25 [4] = W[12:16,0:4] @ h + W[12:16,4:7] @ x + b[12:16]
        %26:i = sigmoid %22
        %27:f = sigmoid %23
        %28:m = tanh %24
        %29:o = sigmoid %25
        %32:c = fma2 %27 c %26 %28
        %33, %34:h = tanh_mul %32 %29
      keeps %33, %29:o, %28:m, %26:i, %27:f
      back 0
        %35 = add d_next_h_by_products d_output_h
        %49, %42 = dsigmoid_and_dtanh_add %35 %29 %33 d_next_c
        %58, %52 = dsigmoid_and_dtanh %42 %26 %28
        %46, %55 = mul_and_dsigmoid %42 %27 c
      back 1
        %59 [3] = W[12:16,4:7]^T @ %49 + W[8:12,4:7]^T @ %52 + W[4:8,4:7]^T @ %55 + W[0:4,4:7]^T @ %58
        %60 [4] = W[12:16,0:4]^T @ %49 + W[8:12,0:4]^T @ %52 + W[4:8,0:4]^T @ %55 + W[0:4,0:4]^T @ %58
      carry d_next_c = %46
      carry d_next_h_by_products = %60
      sum W[0:4,0:4] += %58 outer h
      sum W[0:4,4:7] += %58 outer x
      sum W[4:8,0:4] += %55 outer h
      sum W[4:8,4:7] += %55 outer x
      sum W[8:12,0:4] += %52 outer h
      sum W[8:12,4:7] += %52 outer x
      sum W[12:16,0:4] += %49 outer h
      sum W[12:16,4:7] += %49 outer x
      sum b[0:4] += %58
      sum b[4:8] += %55
      sum b[8:12] += %52
      sum b[12:16] += %49"
    `)
  })

  it('of layer norm: sums over entries stand between stages', () => {
    expect(printed('norm', "h' = tanh(norm(U @ h, g, b) + W @ x)")).toMatchInlineSnapshot(`
      "scan norm
      forward 0
        %26 [4] = W @ x + b
        %8 [4] = U @ h
      forward 1
        %10 [] = mean %8
        %12 = affine %10 4 0
        %13 = sub %8 %10
        %14 = mul %13 %13
      forward 2
        %15 [] = mean %14
        %18 = affine %15 1 0.00001
        %19 = sqrt %18
        %21 = div 1 %19
        %27 = mul_fma %13 %21 g %26
        %28:h = tanh %27
      keeps %19, %12, %13
      back 0
        %21 = div 1 %19
        %22 = mul %13 %21
        %29 = add d_next_h_by_products d_output_h
        %32 = dtanh %29 %28
        %34 = mul %32 %22
        %35 = mul %32 g
        %39 = mul %35 %13
      back 1
        %33 [3] = W^T @ %32
        %40 [] = sum %39
        %57 [] = sum %35
        %41 = mul %40 %21
        %42 = mul %41 %21
        %43 = neg %42
        %45 = affine %19 2 0
        %46 = div %43 %45
        %47 = affine %46 0.25 0
        %51 = affine %47 2 0
        %53 = fma2 %35 %21 %51 %13
        %55 = sub %12 %12
        %59 = fma2 %57 %21 %55 %51
        %60 = neg %59
        %61 = affine %60 0.25 0
        %63 = add %53 %61
      back 2
        %64 [4] = U^T @ %63
      carry d_next_h_by_products = %64
      sum U += %63 outer h
      sum W += %32 outer x
      sum g += %34
      sum b += %32"
    `)
  })

  it('of a forward pass alone keeps nothing', () => {
    const step = sized(compile(cell('gru'), { name: 'gru' }), { input: 3, hidden: 4 })
    expect(printPlan(plan({ graph: stackProgram([step], { rows: 2, steps: 2 }).graph })))
      .toMatchInlineSnapshot(`
      "scan gru
      forward 0
        stack of 4: 3 on x, 3 on h
          %22 [4] = Un @ x + bn
          %13 [4] = Wr[0:4,0:4] @ h + Wr[0:4,4:7] @ x + br
          %16 [4] = Wz[0:4,0:4] @ h + Wz[0:4,4:7] @ x + bz
          %20 [4] = Wn @ h + dn
        %14:r = sigmoid %13
        %17:z = sigmoid %16
        %24:n = tanh_fma %14 %20 %22
        %29:h = lerp %17 h %24"
    `)
  })
})
